"""The catalog: every documented operation with the method that calls it, read from the resources themselves."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from types import NoneType
from typing import TYPE_CHECKING, Literal, NotRequired, Required, TypeVar, cast, get_args, get_origin, get_type_hints

from attrs import frozen

from ._http.op import Op
from .resources import Resource, Resources
from .resources.campaigns import Campaigns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")

Place = Literal["path", "query", "body"]

_ITERATES = "iter"
_UNSENT = {"self", "idempotency_key", "return"}


@frozen
class Parameter:
    """One thing an operation takes; ``type`` is its annotation, read."""

    name: str
    place: Place
    type: object
    required: bool


@frozen(slots=False)
class Operation:
    """One documented operation: what it takes, what it answers, and how Python calls it."""

    op: Op[object]
    resource: str
    kind: type
    """The class of the resource."""
    methods: Sequence[str]
    """Several where one call has several forms: ``list`` and ``iter``, say."""

    @property
    def name(self) -> str:
        """The method as a user writes it: ``contacts.create``."""
        return f"{self.resource}.{self.methods[0]}"

    @property
    def summary(self) -> str:
        """What it does, in the words of the method."""
        return (inspect.getdoc(getattr(self.kind, self.methods[0])) or "").partition("\n")[0]

    @cached_property
    def parameters(self) -> Mapping[str, Parameter]:
        """What any of the forms takes; required is what all of them require."""
        taken = [_parameters(getattr(self.kind, method), self.op) for method in self.methods]
        merged = {name: parameter for one in reversed(taken) for name, parameter in one.items()}
        needed = {name for name in merged if all(name in one and one[name].required for one in taken)}
        return {name: Parameter(name, each.place, each.type, name in needed) for name, each in merged.items()}


@cache
def kinds() -> Mapping[str, type]:
    """The class of each resource by the client's attribute."""
    members = cast("Mapping[str, object]", vars(Resources))
    found = {name: cast("type", kind.load()) for name, kind in members.items() if isinstance(kind, Resource)}
    return dict(sorted((found | {"campaigns": Campaigns}).items()))


@cache
def operations() -> tuple[Operation, ...]:
    """All operations, by resource and in the order of their module."""
    return tuple(operation for resource, kind in kinds().items() for operation in _of(resource, kind))


def operation(op: Op[T]) -> Operation:
    """What is known of an operation."""
    return _by_label()[op.label]


@cache
def _by_label() -> dict[str, Operation]:
    return {known.op.label: known for known in operations()}


def _of(resource: str, kind: type) -> Iterator[Operation]:
    members = cast("Mapping[str, object]", vars(sys.modules[kind.__module__]))
    known = {name: cast("Op[object]", op) for name, op in members.items() if isinstance(op, Op)}
    methods: dict[str, list[str]] = {name: [] for name in known}
    for method in (name for name, member in vars(kind).items() if not name.startswith("_") and callable(member)):
        methods[constant(method, known)].append(method)
    for name, op in known.items():
        called = sorted(methods[name], key=lambda method: method.startswith(_ITERATES))
        yield Operation(op, resource, kind, called)


def constant(method: str, known: Mapping[str, object]) -> str:
    """The name of the operation a method calls: its own, or that of the list it walks, or its longest beginning."""
    words = method.upper().split("_")
    if method.startswith(_ITERATES):
        words = words[1:] if "_".join(words[1:]) in known else ["LIST", *words[1:]]
    while "_".join(words) not in known:
        words.pop()
    return "_".join(words)


def _parameters(method: Callable[..., object], op: Op[object]) -> dict[str, Parameter]:
    hints = get_type_hints(method, include_extras=True)
    rest: Place = "query" if op.method in {"GET", "DELETE"} else "body"
    found: dict[str, Parameter] = {}
    for name, given in inspect.signature(method).parameters.items():
        if given.kind is inspect.Parameter.VAR_KEYWORD:
            (body,) = get_args(hints[name])
            found |= {key: Parameter(key, rest, kind, needed) for key, (kind, needed) in keys(body).items()}
        elif name not in _UNSENT and not (name == "limit" and method.__name__.startswith(_ITERATES)):
            place: Place = "path" if f"{{{name}}}" in op.path else rest
            required = given.default is inspect.Parameter.empty
            found[name] = Parameter(name, place, hints[name] if required else present(hints[name]), required)
    return found


def keys(body: type) -> dict[str, tuple[object, bool]]:
    """The keys of a TypedDict: type, and whether it must be there.

    ``__required_keys__`` alone does not know ``NotRequired`` where annotations are postponed (fixed in Python 3.13).
    """
    required = cast("frozenset[str]", getattr(body, "__required_keys__"))  # noqa: B009 - no attribute of `type`
    found: dict[str, tuple[object, bool]] = {}
    for name, hint in get_type_hints(body, include_extras=True).items():
        wrapped = get_origin(hint) in {Required, NotRequired}
        needed = get_origin(hint) is Required or (name in required and get_origin(hint) is not NotRequired)
        found[name] = (get_args(hint)[0] if wrapped else hint, needed)
    return found


def present(hint: object) -> object:
    """A type without None, which stands for "not given" where it is the default."""
    parts = [part for part in get_args(hint) if part is not NoneType]
    if NoneType not in get_args(hint) or not parts:
        return hint
    kind = parts[0]
    for part in parts[1:]:
        kind = kind | part
    return kind
