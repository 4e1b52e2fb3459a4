"""Rules that a body must meet, checked before a request is spent on finding out."""

from __future__ import annotations

from collections.abc import Sized
from typing import TYPE_CHECKING, TypeVar

from ..errors import ValidationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


T = TypeVar("T")

LARGEST_IMPORT = 20_000_000
"""Bytes of CSV text."""


def require_any(body: Mapping[str, object], *names: str) -> None:
    """At least one of ``names`` must have a value; 0 and False are values, what is empty is none."""
    given = (body.get(name) for name in names)
    if all(value is None or (isinstance(value, Sized) and not value) for value in given):
        raise ValidationError(f"give at least one of {', '.join(names)}")


def require_bytes(name: str, text: str, most: int) -> None:
    """``text`` must not be larger than ``most`` bytes when it is sent."""
    if len(text) > most or (not text.isascii() and len(text.encode("utf-8", "replace")) > most):
        raise ValidationError(f"{name} is larger than {most / 1e6:,.0f} MB")


def require_changes(changes: Sized) -> None:
    """An update must change something; None counts, it clears a field."""
    if not changes:
        raise ValidationError("nothing to change: give at least one field")


def require_list(name: str, value: Sequence[T]) -> Sequence[T]:
    """A text would pass for a list of its letters."""
    if isinstance(value, str):
        raise ValidationError(f"{name} must be a list, not one text")
    return value


def require_size(name: str, value: Sized, most: int, unit: str = "items") -> None:
    """``value`` must hold between one and ``most`` items or characters."""
    if not isinstance(value, Sized):
        raise ValidationError(f"{name} must hold 1 to {most:,} {unit}, not {value!r}")
    if isinstance(value, str) and unit != "characters":
        raise ValidationError(f"{name} must be a list of {unit}, not one text")
    if not 1 <= len(value) <= most:
        raise ValidationError(f"{name} must hold 1 to {most:,} {unit}, not {len(value):,}")
