"""What can go wrong between a client and LeadLex, as a script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar, get_args

from attrs import define, field

from .._http.wire import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from attrs import Attribute

FaultKind = Literal[
    "status",
    "reset",
    "timeout",
    "slow",
    "truncated",
    "html",
    "garbage",
    "huge",
    "redirect",
    "refused",
    "late",
    "unknown_status",
]

When = Literal["before", "after"]

TOO_MANY = 429

_STATUS = {"status": 500, "redirect": 307}


class Scripted(Protocol):
    """What a script is made of: it strikes ``times`` times (None: for ever), after ``skip`` that it lets pass."""

    times: int | None
    skip: int
    hits: int

    def strikes(self, named: str, /) -> bool:
        """Whether it strikes what is named so; counts it."""
        ...


F = TypeVar("F", bound=Scripted)


def known(words: object) -> Callable[[object, Attribute[Any], object], None]:
    """A validator: a misspelt word would be a fault that does something else, or nothing."""
    options: tuple[str, ...] = get_args(words)

    def check(fault: object, attribute: Attribute[Any], value: object) -> None:
        if value not in options:
            of = f"{attribute.name} of a {type(fault).__name__}"
            raise ValueError(f"{of} is one of {', '.join(options)}; not {value!r}")

    return check


def struck(fault: Scripted, wanted: str | None, named: str) -> bool:
    """Whether a fault for ``wanted`` (None: for all) strikes what is named so; counts it."""
    if wanted not in {None, named} or fault.hits == fault.times:
        return False
    if fault.skip:
        fault.skip -= 1
        return False
    fault.hits += 1
    return True


@define(eq=False)
class Fault:
    """One misbehaviour, for ``times`` requests (None: for ever) to ``operation`` (an ``Op.label``; None: to any).

    ``when`` says whether the request takes effect before the fault strikes: "after" that, or "before" it could.
    ``skip`` lets that many matching requests pass first. The kinds:

    - ``status``: the API's error body with ``status`` (500); a 429 is one of the minute
    - ``reset``: the connection is dropped without an answer
    - ``timeout``: no answer; the connection is held for ``seconds``, then dropped
    - ``slow``: the answer comes after ``seconds``
    - ``truncated``: half of the announced body, then the connection is cut
    - ``html``, ``garbage``: a web page, or bytes that are no JSON, with ``status`` (200)
    - ``huge``: an answer of at least ``size`` bytes
    - ``redirect``: to the same path on ``host``
    - ``refused``: nobody listens, so the request is not in the log; over a socket it is a ``reset``
    - ``late``: the connection is dropped, and the request takes effect ``seconds`` later
    - ``unknown_status``: every ``status`` in the answer reads "galactic"
    """

    kind: FaultKind = field(validator=known(FaultKind))
    operation: str | None = None
    when: When = field(default="before", validator=known(When))
    times: int | None = 1
    skip: int = 0
    status: int | None = None
    seconds: float = 30.0
    host: str = "elsewhere.example"
    size: int = 65 * 2**20
    hits: int = field(default=0, init=False)
    """How often it struck."""

    @property
    def answers(self) -> int:
        """The status it answers with."""
        return self.status or _STATUS.get(self.kind, 200)

    @property
    def effective(self) -> bool:
        """Whether the request takes effect on arrival."""
        return (self.when == "after" and not self.free) or self.kind in {"slow", "unknown_status"}

    @property
    def free(self) -> bool:
        """Whether the request it strikes costs nothing of the quota."""
        return self.kind == "refused" or self.answers == TOO_MANY

    def strikes(self, operation: str) -> bool:
        """Whether it strikes this request; counts it."""
        return struck(self, self.operation, operation)


def take(script: Iterable[F], named: str) -> F | None:
    """The first fault of the script that strikes what is named so: an operation, or an event."""
    return next((fault for fault in script if fault.strikes(named)), None)


@define(eq=False)
class Reply:
    """A response and how it is delivered; without one the connection is dropped after ``delay``."""

    response: Response | None
    delay: float = 0.0
    cut: int | None = None
    """Only so many bytes of the body are sent before the connection is cut."""
    padding: int = 0
    """A JSON body of at least so many bytes is sent instead of the response's own."""
    refused: bool = False
    """Nobody listened."""


def filler(size: int) -> Iterable[bytes]:
    """A JSON body of a little more than ``size`` bytes, in pieces, without holding it whole."""
    piece = b"x" * 65_536
    yield b'{"data":{"filler":"'
    for _ in range(0, size, len(piece)):
        yield piece
    yield b'"}}'
