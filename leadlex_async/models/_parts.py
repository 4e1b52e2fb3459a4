"""What an event holds, read out of its data when it is asked for."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Generic, Self, TypeVar, overload

from .._http.convert import structure
from ..errors import DecodeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .._http.wire import JSONValue
    from .webhooks import WebhookEvent

T = TypeVar("T")


class Part(Generic[T]):
    """Something that an event holds."""

    def __init__(self, read: Callable[[WebhookEvent], T]) -> None:
        self._read = read

    @overload
    def __get__(self, event: None, _: type) -> Self: ...
    @overload
    def __get__(self, event: WebhookEvent, _: type) -> T: ...
    def __get__(self, event: WebhookEvent | None, _: type) -> Self | T:
        return self if event is None else self._read(event)


def record(kind: type[T], *keys: str) -> Part[T | None]:
    """The record that lies under one of the keys, or, with the key ``""``, in ``data`` itself."""
    return Part(lambda event: _first(kind, (event.data.get(key) if key else {**event.data} for key in keys)))


def _first(kind: type[T], values: Iterable[JSONValue]) -> T | None:
    for value in values:
        if isinstance(value, dict):
            with suppress(DecodeError):
                return structure(value, kind)
    return None


def id_of(kind: str) -> Part[str | None]:
    """An id, as ``WebhookEvent.id_of`` finds it."""
    return Part(lambda event: event.id_of(kind))


def text(key: str) -> Part[str | None]:
    """The text under a key."""
    return Part(lambda event: next(iter(_texts_of(event.data.get(key))), None))


def texts(*keys: str) -> Part[tuple[str, ...]]:
    """The texts under the keys; none where there are none."""
    return Part(lambda event: tuple(text for key in keys for text in _texts_of(event.data.get(key))))


def _texts_of(value: JSONValue) -> list[str]:
    """Several texts, or the one that comes without a list."""
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]
