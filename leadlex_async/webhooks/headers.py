"""The headers of a delivery, out of whatever a framework has them in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol, TypeAlias, cast

if TYPE_CHECKING:
    from collections.abc import Callable

SIGNATURE = "X-LeadLex-Signature"
"""``sha256=`` and the HMAC-SHA256 of the raw body, in hex."""
TIMESTAMP = "X-LeadLex-Timestamp"
"""When the delivery was made, ISO 8601; not covered by the signature."""
DELIVERY_ID = "X-LeadLex-Delivery-ID"
"""Which delivery it is; not covered by the signature, so the id in the signed body is the one to go by."""


class HasItems(Protocol):
    """What has headers as pairs: ``email.message.Message``, for one, is no ``Mapping``."""

    def items(self) -> Iterable[tuple[object, object]]:
        """All pairs; a name may come several times."""
        ...


Headers: TypeAlias = HasItems | Iterable[tuple[object, object]]
"""The headers of any framework, in any case; a WSGI environment; the pairs of an ASGI scope."""


def _spellings(name: str) -> dict[str | bytes, str]:
    """A name as headers have it, in lower case: as text, as bytes, as a variable of a WSGI environment."""
    lower = name.lower()
    variable = f"http_{lower.replace('-', '_')}"
    return {lower: name, lower.encode(): name, variable: name}


_KNOWN = _spellings(SIGNATURE) | _spellings(TIMESTAMP)
_LENGTHS = {len(name) for name in _KNOWN}


def collect(headers: Headers) -> dict[str, list[str]]:
    """The values of the two headers that count; ``TypeError`` and the like for what are no headers."""
    items: Callable[[], Iterable[tuple[str | bytes, object]]] | None = getattr(headers, "items", None)
    pairs = cast("Iterable[tuple[str | bytes, object]]", headers) if items is None else items()
    found: dict[str, list[str]] = {SIGNATURE: [], TIMESTAMP: []}
    for name, value in pairs:
        # By their lengths alone most headers are out, in half the time.
        if len(name) in _LENGTHS and (known := _KNOWN.get(name.lower())):
            found[known] += _texts(value)
    return found


def _texts(value: object) -> list[str]:
    """The values of a header: usually one; none where the caller looked for it in vain."""
    if isinstance(value, str):
        return [value.strip()]
    if isinstance(value, bytes):
        return [value.decode("latin-1").strip()]
    if isinstance(value, (list, tuple)):
        return [text for item in cast("list[object]", value) for text in _texts(item)]
    if value is None:
        return []
    raise TypeError
