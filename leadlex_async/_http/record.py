"""What all answer records share: open enums, alternative field names, pages."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Generic, Self, TypeVar

import attrs
from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")

ALSO = "leadlex_async.also"


def also(*names: str) -> dict[str, tuple[str, ...]]:
    """Metadata of a field that the API's pages also call by other names."""
    return {ALSO: names}


class OpenEnum(StrEnum):
    """A string enum that takes words it does not know: the API adds some without notice.

    An unknown word becomes a member of its own value, so ``status == "scheduled"`` works before a release names it.
    """

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = value
        member._value_ = value
        return member

    @property
    def known(self) -> bool:
        """Whether this release of the package knows the word."""
        return self.value in type(self)._value2member_map_


@frozen
class Page(Generic[T]):
    """One page of a list: its rows, and where it stands."""

    items: list[T] = attrs.field(factory=list[T])
    page: int = 1
    per_page: int = 0
    total: int | None = None

    @property
    def total_pages(self) -> int | None:
        """How many pages there are, where the answer tells how many rows."""
        return None if self.total is None or self.per_page < 1 else -(-self.total // self.per_page)

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)
