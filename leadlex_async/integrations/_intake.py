"""What a receiver is given: secrets, bodies in pieces, and functions that are told of events."""

from __future__ import annotations

import inspect
import os
import re
from typing import TYPE_CHECKING, TypeAlias

from .._http.wire import Secret
from ..errors import ConfigurationError
from ..webhooks import LARGEST_BODY

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Awaitable, Callable, Iterable

    from ..webhooks import WebhookEvent

    Feed: TypeAlias = Callable[[WebhookEvent], object]
    Listener: TypeAlias = Callable[[WebhookEvent], Awaitable[object] | object]


def of_environment() -> list[str]:
    """The secrets of the environment; white space or commas stand between several."""
    return re.findall(r"[^\s,]+", os.environ.get("LEADLEX_WEBHOOK_SECRET", ""))


def checked(given: str | Iterable[str] | None) -> tuple[str, ...]:
    """The secrets given, or those of the environment."""
    if given is None:
        given = of_environment()
    secrets = tuple(Secret(each) for each in ([given] if isinstance(given, str) else given))
    if not any(secrets):
        raise ConfigurationError(
            "no webhook secret: set LEADLEX_WEBHOOK_SECRET or pass secret; webhooks.ensure and webhooks.create "
            "return it when the webhook is made"
        )
    if any(not each or each != each.strip() for each in secrets):
        raise ConfigurationError("a webhook secret is empty or has white space around it")
    return secrets


async def beginning(chunks: AsyncIterable[bytes]) -> bytes:
    """The body, or so much of it that it is known to be too large."""
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > LARGEST_BODY:
            break
    return bytes(body)


async def outcome(listener: Listener | None, event: WebhookEvent) -> None:
    """Tell a function of an event, and wait for it if it is async."""
    result = listener(event) if listener is not None else None
    if inspect.isawaitable(result):
        await result
