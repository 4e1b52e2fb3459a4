"""The commands of ``leadlex call``, made of the catalog."""

from __future__ import annotations

import inspect
from functools import cache
from typing import TYPE_CHECKING, get_args, get_type_hints

import click
from attrs import evolve
from click.shell_completion import CompletionItem

from ..catalog import Operation, Parameter, operations
from .given import arguments_of
from .options import form
from .run import run
from .shapes import item_of, nearest, shape_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

KEY = "idempotency_key"
SHORTEST = 30


def names() -> list[str]:
    """All methods, as they are called."""
    return [*_by_name()]


def call_of(name: str) -> Call | None:
    """The command of one method; None if there is none of this name."""
    operation = _by_name().get(name)
    return Call(operation, name.partition(".")[2]) if operation is not None else None


def unknown(name: str) -> str:
    """What to say of a method that does not exist."""
    methods = [each.partition(".")[2] for each in names() if each.startswith(f"{name.partition('.')[0]}.")]
    resources = dict.fromkeys(each.partition(".")[0] for each in names())
    if methods and "." not in name:
        return f"{name} has several operations; call one of {', '.join(f'{name}.{each}' for each in methods)}"
    near = nearest(name, names()) or nearest(name, resources) or ";"
    return f"there is no operation {name!r}{near} `leadlex ops` lists all"


@cache
def _by_name() -> Mapping[str, Operation]:
    return {f"{each.resource}.{method}": each for each in operations() for method in each.methods}


class Call(click.Command):
    """One method: its parameters come as ``key=value``."""

    def __init__(self, operation: Operation, method: str) -> None:
        walks = method.startswith("iter")
        others = [each for each in operation.methods if each.startswith("iter")]
        self.operation, self.method = operation, method
        self.walker = others[0] if others else None
        """The method that walks all pages."""
        self.function: Callable[..., object] = getattr(operation.kind, method)
        text = click.Argument(["assignments"], nargs=-1, metavar="[KEY=VALUE]...", shell_complete=self._complete)
        options = _options(pages=self.walker is not None and not walks, walks=self.walker is not None)
        super().__init__(f"{operation.resource}.{method}", params=[text, *options], callback=self._call)

    @property
    def takes(self) -> Mapping[str, Parameter]:
        """The parameters by name, what must be given first."""
        return parameters(self.operation, self.method)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """Write what it does and what it takes."""
        formatter.write_paragraph()
        with formatter.indentation():
            for paragraph in _paragraphs(self.function):
                formatter.write_text(paragraph)
                formatter.write_paragraph()
            formatter.write_text(_facts(self.operation))
        if self.takes:
            with formatter.section("Parameters"):
                formatter.write_dl([(name, _told(each)) for name, each in self.takes.items()], col_max=SHORTEST)

    def _complete(self, _: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        name, equals, _value = incomplete.partition("=")
        if equals and name in self.takes:
            found = [f"{name}={word}" for word in shape_of(self.takes[name].type).words]
        else:
            found = [f"{name}=" for name in self.takes]
        return [CompletionItem(each) for each in found if each.startswith(incomplete)]

    def _call(
        self, *, assignments: Sequence[str], json: bool, csv: bool, all: bool = False, limit: int | None = None
    ) -> int:
        from .calling import Order, carry_out

        method = self.walker if (all or limit is not None) and self.walker is not None else self.method
        known = parameters(self.operation, method)
        arguments = arguments_of(f"{self.operation.resource}.{method}", assignments, known)
        arguments |= {"limit": limit} if limit is not None else {}
        return run(carry_out(Order(self.operation, method, arguments, form(as_json=json, as_csv=csv))))


def parameters(operation: Operation, method: str) -> dict[str, Parameter]:
    """What one method takes, what must be given first."""
    known = evolve(operation, methods=[method]).parameters
    taken = dict(sorted(known.items(), key=lambda item: not item[1].required))
    if KEY in inspect.signature(getattr(operation.kind, method)).parameters:
        taken[KEY] = Parameter(KEY, "body", str, required=False)
    return taken


def _options(*, pages: bool, walks: bool) -> list[click.Option]:
    options = [
        click.Option(["--json"], is_flag=True, help="One JSON object a line, with the API's names."),
        click.Option(["--csv"], is_flag=True, help="CSV with a title line."),
    ]
    if walks:
        count = click.IntRange(min=1)
        options.insert(0, click.Option(["--limit"], type=count, help="Walk the pages until there are so many rows."))
    if pages:
        options.insert(0, click.Option(["--all"], is_flag=True, help="Walk all pages, one request for 100 rows."))
    return options


def _paragraphs(function: Callable[..., object]) -> Iterator[str]:
    """The docstrings of the method and of the body it takes, without their marks."""
    described = [inspect.getdoc(function) or ""]
    for each in inspect.signature(function).parameters.values():
        if each.kind is inspect.Parameter.VAR_KEYWORD:
            (body,) = get_args(get_type_hints(function, include_extras=True)[each.name])
            described.append(inspect.getdoc(body) or "")
    for text in described:
        yield from (" ".join(part.replace("``", "`").split()) for part in text.split("\n\n") if part)


def _facts(operation: Operation) -> str:
    op = operation.op
    facts = [op.label, f"permission {op.scope}" if op.scope else "", f"credits: {op.credits}" if op.credits else ""]
    return ", ".join(fact for fact in facts if fact)


def _told(parameter: Parameter) -> str:
    shape = shape_of(parameter.type)
    several = f"list of {shape.name.removeprefix('a ')}" if item_of(parameter.type) is not None else shape.name
    return f"{several}; required" if parameter.required else several
