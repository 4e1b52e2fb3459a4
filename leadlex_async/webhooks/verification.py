"""Whether a delivery is to be believed."""

from __future__ import annotations

import hmac
import math
import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from ..errors import ConfigurationError, LeadLexError, ValidationError, WebhookVerificationError
from .envelope import event_of, moment
from .headers import SIGNATURE, TIMESTAMP, collect

if TYPE_CHECKING:
    from ..models.webhooks import WebhookEvent
    from .headers import Headers

LARGEST_BODY = 1 << 20
"""Bytes that a body may have; a larger one is refused before anything is computed."""

Body: TypeAlias = bytes | bytearray | memoryview
Secrets: TypeAlias = str | Iterable[str]

_PREFIX = "sha256="


def signature(body: bytes, secret: str) -> str:
    """What ``X-LeadLex-Signature`` must be for a body: ``sha256=`` and the HMAC-SHA256 in hex (guide: webhooks).

    The key is the whole secret, ``whsec_`` included.
    """
    keyed = _keyed(secret).copy()
    keyed.update(body)
    return _PREFIX + keyed.hexdigest()


@lru_cache
def _keyed(secret: str) -> hmac.HMAC:
    # Kept, since taking in the key takes longer than a small body does. An error of the encoder would show the secret.
    return hmac.new(secret.encode("utf-8", "surrogatepass"), digestmod="sha256")


def verify(
    body: Body, headers: Headers, secret: Secrets, *, tolerance: float = 300.0, now: datetime | float | None = None
) -> WebhookEvent:
    """Check a delivery and read its event (guide: webhooks).

    ``body`` is the raw body, as it came; ``headers`` are those of any framework. While a secret is being replaced, give
    the old one and the new one. The timestamp may be up to ``tolerance`` seconds old, or ahead of this machine's clock;
    ``now`` (a datetime, or epoch seconds) is for tests.

    Raises ``WebhookVerificationError``, whose ``check`` says what is wrong with the delivery, ``ValidationError`` for a
    body that is not raw any more, and ``ConfigurationError`` for a secret, tolerance or time that cannot be.
    """
    found = _examine(body, headers, secret, tolerance, now)
    if isinstance(found, LeadLexError):
        # Error trackers keep the local variables of the frames that an error passes.
        del body, headers, secret
        raise found
    return found


def _examine(
    body: Body, headers: Headers, secret: Secrets, tolerance: float, now: datetime | float | None
) -> WebhookEvent | LeadLexError:
    """The event, or why there is none; nothing is raised, so that no frame with the delivery is in a traceback."""
    secrets = [secret] if isinstance(secret, (str, bytes)) or not isinstance(secret, Iterable) else [*secret]
    wrong = _unusable(secrets) or _impossible(tolerance, now) or _unfit(body)
    if wrong is not None:
        return wrong
    try:
        found = collect(headers)
    except (AttributeError, TypeError, ValueError):
        return ValidationError("the headers are no mapping and no pairs of names and values")
    raw = bytes(body)
    return (
        _unsigned(raw, found[SIGNATURE], secrets)
        or _untimely(found[TIMESTAMP], tolerance, time.time() if now is None else _seconds(now))
        or event_of(raw)
    )


def _unusable(secrets: Sequence[object]) -> ConfigurationError | None:
    if not secrets:
        return ConfigurationError("no secret: give the one that creating the webhook answered")
    for secret in secrets:
        if not isinstance(secret, str):
            return ConfigurationError(f"a secret is text, not {type(secret).__name__}")
        if not secret or secret != secret.strip():
            return ConfigurationError("a secret is empty or has white space around it: a file often ends in a new line")
    return None


def _impossible(tolerance: float, now: datetime | float | None) -> ConfigurationError | None:
    if isinstance(tolerance, bool) or not isinstance(tolerance, (int, float)) or not tolerance >= 0:
        return ConfigurationError(f"tolerance is in seconds and 0 or more, not {tolerance!r}")
    if now is None:
        return None
    if isinstance(now, datetime):
        return ConfigurationError("now has no time zone; use datetime.now(UTC)") if now.tzinfo is None else None
    return None if _finite(now) else ConfigurationError(f"now is a datetime or epoch seconds, not {now!r}")


def _finite(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _unfit(body: object) -> LeadLexError | None:
    if not isinstance(body, (bytes, bytearray, memoryview)):
        return ValidationError(
            f"the body is {type(body).__name__}: pass the raw bytes of the request, before any parsing"
        )
    size = body.nbytes if isinstance(body, memoryview) else len(body)
    if size > LARGEST_BODY:
        return WebhookVerificationError(f"the body has {size:,} bytes, more than {LARGEST_BODY:,}", check="size")
    return None


def _unsigned(body: bytes, signatures: list[str], secrets: list[str]) -> WebhookVerificationError | None:
    """Why the signature is not to be believed; every secret is tried, so that the time taken does not tell which."""
    if not signatures:
        return WebhookVerificationError(f"there is no {SIGNATURE}: it does not come from LeadLex, or a proxy took it")
    given = signatures[0]
    if signatures.count(given) != len(signatures):
        return WebhookVerificationError(f"there are different {SIGNATURE} headers: one of them was added on the way")
    if not given.startswith(_PREFIX) or not given.isascii():
        return WebhookVerificationError(f"{SIGNATURE} is not sha256= and hex digits: it is cut, or of another kind")
    fits = False
    for secret in secrets:
        fits |= hmac.compare_digest(signature(body, secret), given)
    if fits:
        return None
    return WebhookVerificationError(
        "the signature is not that of the body: the secret is another webhook's, or the body was parsed and written "
        "anew by a framework, or it is a forgery"
    )


def _untimely(timestamps: list[str], tolerance: float, now: float) -> WebhookVerificationError | None:
    if not timestamps:
        return _late(f"there is no {TIMESTAMP}")
    if timestamps.count(timestamps[0]) != len(timestamps):
        return _late(f"there are different {TIMESTAMP} headers")
    told = moment(timestamps[0])
    if told is None:
        return _late(f"{TIMESTAMP} is no ISO 8601 time")
    age = now - told.timestamp()
    if age > tolerance:
        return _late(f"the delivery is {age:,.0f} s old, more than {tolerance:,g} s: it came late or is sent again")
    if -age > tolerance:
        return _late(f"the delivery is {-age:,.0f} s in the future, more than {tolerance:,g} s: set this clock right")
    return None


def _late(message: str) -> WebhookVerificationError:
    return WebhookVerificationError(message, check="timestamp")


def _seconds(now: datetime | float) -> float:
    return now.timestamp() if isinstance(now, datetime) else now
