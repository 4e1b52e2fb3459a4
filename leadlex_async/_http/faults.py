"""Foreign errors and error answers become ours, in this one place."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Literal, cast

import aiohttp
import orjson

from .. import errors
from ..errors import APIError, Candidate, ConfigurationError, LeadLexError, RequestTimeout, TransportError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .wire import Response

FOREIGN = (aiohttp.ClientError, TimeoutError, OSError, ValueError)
"""Everything aiohttp lets out of a request; the total timeout is a bare ``TimeoutError``.

``ValueError`` comes before anything is sent: a session with its own ``auth``, or a netrc entry under ``trust_env``.
"""

_UNTRUSTED = (
    aiohttp.ClientConnectorCertificateError,
    aiohttp.ClientConnectorSSLError,
    aiohttp.ServerFingerprintMismatch,
)
_UNCONNECTED = (
    *_UNTRUSTED,
    aiohttp.ClientConnectorError,
    aiohttp.ClientHttpProxyError,
    aiohttp.ConnectionTimeoutError,
)

LONGEST_NUMBER = 18
"""Digits of a header that is believed."""

# Compiled when first needed, which most programs never do: together they would be 1 % of the time to import a client.
_KEY = r"wbk_[A-Za-z0-9_\-]+"
_USER = r"//[^/\s]*@"
_RESETS_AT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?"
_NAMED_ID = r"(\S.*?)\s*[(\[](?:id[:=]?\s*)?([\w-]{2,})[)\]](?:\s*[,;.]|\s*$|\s+(?=and |or ))"
_ALREADY = (
    r"(?i)\balready\b.*\b(?:active|running|started|pending|progress|approval|completed)|\bis (?:active|running)\b"
)

_BY_STATUS: dict[int, type[APIError]] = {
    400: errors.ValidationError,
    401: errors.AuthenticationError,
    402: errors.InsufficientCredits,
    403: errors.PermissionDenied,
    404: errors.NotFound,
    409: errors.Conflict,
    413: errors.PayloadTooLarge,
    422: errors.ValidationError,
    429: errors.RateLimited,
}


def redact(text: str) -> str:
    """Take keys and passwords out of a text: a server may echo the key, aiohttp the address of a proxy."""
    return re.sub(_USER, "//***@", re.sub(_KEY, "wbk_***", text))


def translate(error: Exception) -> LeadLexError:
    """Our error for one that aiohttp raised; the original is not kept, since it may hold the key."""
    if isinstance(error, _UNCONNECTED):
        return _unsent(error)
    if isinstance(error, TimeoutError):
        return RequestTimeout("no answer within the timeout; the request may have been carried out")
    if isinstance(error, ValueError):
        return ConfigurationError(f"aiohttp refuses to send the request: {_reason(error)}. Check base_url and session")
    return TransportError(f"the connection broke before a whole answer came: {_reason(error)}")


def _unsent(error: Exception) -> TransportError:
    """There was no connection, so nothing was sent."""
    if isinstance(error, _UNTRUSTED):
        return TransportError(f"TLS with the server failed: {_reason(error)}", sent=False, permanent=True)
    if isinstance(error, aiohttp.ClientHttpProxyError):
        text = f"the proxy refused the connection with status {error.status}"
        return TransportError(text, sent=False, permanent=True)
    if isinstance(error, aiohttp.ClientConnectorError):
        why = (error.os_error.strerror or _reason(error.os_error)).lower()
        return TransportError(f"cannot connect to {error.host}:{error.port}: {why}; nothing was sent", sent=False)
    return TransportError("no connection within the timeout; nothing was sent", sent=False)


def _reason(error: Exception) -> str:
    return redact(str(error)) or type(error).__name__


def error_from(response: Response, operation: str) -> LeadLexError:
    """Our error for an answer that is no success."""
    if response.status < 400:
        return _redirected(response, operation)
    code, message, details = _read_error(response)
    kind = _kind(response.status, code, message, operation)
    error = kind(
        message,
        status=response.status,
        code=code,
        request_id=_request_id(response),
        operation=operation,
    )
    error.retry_after = retry_after(response.headers)
    _add_details(error, message, details, response.headers)
    return error


def _redirected(response: Response, operation: str) -> LeadLexError:
    target = response.headers.get("Location", "elsewhere")
    return APIError(
        f"the server redirects to {redact(target)}; redirects are not followed, so that the key goes nowhere else. "
        "Check base_url",
        status=response.status,
        code="redirect",
        request_id=_request_id(response),
        operation=operation,
    )


def _request_id(response: Response) -> str | None:
    value = response.headers.get("X-Request-ID")
    return redact(value) if value else None


def _read_error(response: Response) -> tuple[str | None, str, Mapping[str, object]]:
    try:
        error = cast("dict[str, object]", _clean(orjson.loads(response.body)["error"]))
        code, message, details = error.get("code"), error.get("message"), error.get("details")
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        content = response.headers.get("Content-Type", "no content type").partition(";")[0]
        return None, f"the server answered {response.status} without the API's error body ({content})", {}
    return (
        code if isinstance(code, str) else None,
        message if isinstance(message, str) and message else f"the server answered {response.status}",
        cast("Mapping[str, object]", details) if isinstance(details, dict) else {},
    )


def _clean(value: object) -> object:
    """Redact every text of parsed JSON: in the raw body an escape may hide a key."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, list):
        return [_clean(item) for item in cast("list[object]", value)]
    if isinstance(value, dict):
        return {redact(str(name)): _clean(item) for name, item in cast("dict[object, object]", value).items()}
    return value


def _kind(status: int, code: str | None, message: str, operation: str) -> type[APIError]:
    if code == "ambiguous_reference":
        return errors.AmbiguousReference
    if operation.endswith("/start") and status in {400, 409} and re.search(_ALREADY, message):
        return errors.AlreadyStarted
    if status >= 500:
        return errors.ServerError
    return _BY_STATUS.get(status, APIError)


def _add_details(error: APIError, message: str, details: Mapping[str, object], headers: Mapping[str, str]) -> None:
    if isinstance(error, errors.ValidationError):
        fields, ids = details.get("fields"), details.get("invalid_ids")
        if isinstance(fields, dict):
            error.fields = {str(name): str(text) for name, text in cast("Mapping[object, object]", fields).items()}
        if isinstance(ids, list):
            error.invalid_ids = tuple(str(item) for item in cast("list[object]", ids))
    if isinstance(error, errors.AmbiguousReference):
        named = re.findall(_NAMED_ID, message.partition(":")[2])
        error.candidates = tuple(Candidate(found, name.strip()) for name, found in named)
    if isinstance(error, errors.RateLimited):
        error.scope = _scope(headers)
        error.reset_at = reset_at(headers) or _reset_in(message)


def _scope(headers: Mapping[str, str]) -> Literal["minute", "day"] | None:
    """Only ``X-RateLimit-Remaining`` tells a spent day from a spent minute."""
    remaining = headers.get("X-RateLimit-Remaining", "")
    if not remaining.strip().isdecimal() or len(remaining) > LONGEST_NUMBER:
        return None
    return "minute" if int(remaining) else "day"


def reset_at(headers: Mapping[str, str]) -> datetime | None:
    """``X-RateLimit-Reset``: a Unix timestamp in seconds."""
    try:
        return datetime.fromtimestamp(float(headers["X-RateLimit-Reset"]), UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        return None


def _reset_in(message: str) -> datetime | None:
    found = re.search(_RESETS_AT, message)
    if found is None:
        return None
    try:
        moment = datetime.fromisoformat(found[0])
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """``Retry-After`` in seconds, from seconds or from an HTTP date against the server's own ``Date``."""
    value = headers.get("Retry-After", "").strip()
    if value.isdecimal() and len(value) <= LONGEST_NUMBER:
        return float(value)
    try:
        now = parsedate_to_datetime(headers["Date"]) if "Date" in headers else datetime.now(UTC)
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None
