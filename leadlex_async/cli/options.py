"""The options that choose the form of what is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

F = TypeVar("F", bound="Callable[..., object]")

Form: TypeAlias = Literal["people", "json", "csv"]


def with_json(command: F) -> F:
    """The option of every command that prints records."""
    return click.option("--json", "as_json", is_flag=True, help="One JSON object a line, with the API's names.")(
        command
    )


def with_csv(command: F) -> F:
    """The options of every command that prints rows."""
    return with_json(click.option("--csv", "as_csv", is_flag=True, help="CSV with a title line.")(command))


def form(*, as_json: bool, as_csv: bool = False) -> Form:
    """The form that the options choose."""
    if as_json and as_csv:
        raise click.UsageError("--csv and --json exclude each other")
    return "json" if as_json else "csv" if as_csv else "people"
