"""Which deliveries are believed: signature, timestamp, size and content."""

from __future__ import annotations

import hashlib
import hmac
import math
from datetime import UTC, datetime, timedelta, timezone
from email.message import Message
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, cast

import orjson
import pytest
from hypothesis import example, given, settings, strategies as st
from multidict import CIMultiDict, CIMultiDictProxy, MultiDict
from starlette.datastructures import Headers as StarletteHeaders
from webhook_bodies import BODY, ENVELOPE, NOON, SECRET, signed

from leadlex_async import ConfigurationError, LeadLexError, ValidationError
from leadlex_async.webhooks import (
    DELIVERY_ID,
    LARGEST_BODY,
    SIGNATURE,
    TIMESTAMP,
    WebhookVerificationError,
    signature,
    verify,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from leadlex_async.webhooks import Headers

Check = Literal["size", "signature", "timestamp", "content"]


def refused(body: bytes, headers: Headers, secret: str | list[str] = SECRET, **options: float) -> tuple[Check, str]:
    """Which check refuses a delivery, and in which words."""
    with pytest.raises(WebhookVerificationError) as caught:
        verify(body, headers, secret, now=options.get("now", NOON.timestamp()), tolerance=options.get("tolerance", 300))
    return caught.value.check, str(caught.value)


def test_a_delivery_of_leadlex_is_believed() -> None:
    """The event is the documented envelope."""
    event = verify(BODY, signed(BODY), SECRET, now=NOON)
    assert event.event == "contact.created"
    assert event.delivery_id == ENVELOPE["delivery_id"]
    assert event.occurred_at == NOON - timedelta(seconds=2)
    assert event.workspace_id == ENVELOPE["workspace_id"]
    assert event.data == ENVELOPE["data"]


def test_the_signature_is_the_documented_one() -> None:
    """As the guide's own sample computes it: the whole secret is the key."""
    by_hand = hmac.new(SECRET.encode(), BODY, hashlib.sha256).hexdigest()
    assert signature(BODY, SECRET) == f"sha256={by_hand}"


def test_the_time_is_that_of_this_machine() -> None:
    """Where no other is given."""
    assert verify(BODY, signed(BODY, at=datetime.now(UTC)), SECRET).event == "contact.created"
    with pytest.raises(WebhookVerificationError):
        verify(BODY, signed(BODY), SECRET)


# Refusals


@pytest.mark.parametrize(
    "body",
    [
        BODY[:-1],
        BODY[:-1] + b" }",
        BODY.replace(b"contact.created", b"contact.deleted"),
        orjson.dumps(ENVELOPE, option=orjson.OPT_INDENT_2),
        orjson.dumps(ENVELOPE, option=orjson.OPT_SORT_KEYS),
        BODY.decode().encode("utf-16"),
        b"",
    ],
    ids=["truncated", "longer", "changed", "indented", "sorted", "another encoding", "empty"],
)
def test_another_body_is_refused(body: bytes) -> None:
    """Also the same content, parsed and written anew."""
    check, text = refused(body, signed(BODY))
    assert check == "signature"
    assert "parsed and written anew" in text


@pytest.mark.parametrize("secret", ["whsec_other", SECRET.removeprefix("whsec_"), SECRET.upper(), "\ud800", ["a", "b"]])
def test_another_secret_is_refused(secret: str | list[str]) -> None:
    """One of another webhook, or the right one without its prefix."""
    assert refused(BODY, signed(BODY), secret)[0] == "signature"


@pytest.mark.parametrize("secrets", [["whsec_old", SECRET], [SECRET, "whsec_new"], ("a", "b", SECRET), {SECRET}])
def test_a_secret_can_be_replaced(secrets: list[str]) -> None:
    """While it is, the old one and the new one are both good, in any order."""
    assert verify(BODY, signed(BODY), secrets, now=NOON).event == "contact.created"


RIGHT = signature(BODY, SECRET)


@pytest.mark.parametrize(
    "given",
    [
        "",
        "sha256=",
        RIGHT.removeprefix("sha256="),
        RIGHT.replace("sha256=", "sha1="),
        RIGHT.upper(),
        RIGHT[:-1],
        f"{RIGHT}0",
        f"{RIGHT},{RIGHT}",
        f"sha256={'0' * 64}",
        "sha256=\xe9\ud800",
        ["sha256=one", RIGHT],
        None,
        [],
    ],
)
def test_another_signature_is_refused(given: object) -> None:
    """Cut, of another kind, in another case, twice, or none at all."""
    assert refused(BODY, signed(BODY) | {SIGNATURE: given})[0] == "signature"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-301, "is 301 s old, more than 300 s"), (301, "is 301 s in the future"), (-7 * 86_400, "is 604,800 s old")],
)
def test_a_delivery_of_another_time_is_refused(seconds: float, words: str) -> None:
    """A stale one may be a replay; the error tells by how much."""
    check, text = refused(BODY, signed(BODY, at=NOON + timedelta(seconds=seconds)))
    assert check == "timestamp"
    assert words in text


@pytest.mark.parametrize("seconds", [-300, -1, 0, 300])
def test_a_delivery_may_travel(seconds: float) -> None:
    """Up to the tolerance, both ways."""
    verify(BODY, signed(BODY, at=NOON + timedelta(seconds=seconds)), SECRET, now=NOON)


def test_the_tolerance_can_be_changed() -> None:
    """To nothing, or to eternity."""
    late = signed(BODY, at=NOON - timedelta(days=999))
    assert verify(BODY, late, SECRET, tolerance=math.inf, now=NOON).event == "contact.created"
    assert verify(BODY, signed(BODY), SECRET, tolerance=0, now=NOON).event == "contact.created"
    assert refused(BODY, signed(BODY), tolerance=0, now=NOON.timestamp() + 0.1)[0] == "timestamp"


@pytest.mark.parametrize(
    "given", ["", "soon", "1776427200", "2026-02-30T00:00:00Z", "2026-04-17T12:00:00Z Z", [], None]
)
def test_a_timestamp_that_is_none_is_refused(given: object) -> None:
    """Also one that is not there."""
    assert refused(BODY, signed(BODY) | {TIMESTAMP: given})[0] == "timestamp"


def test_two_timestamps_are_refused() -> None:
    """Nobody can say which of them LeadLex sent."""
    assert "different" in refused(BODY, signed(BODY) | {TIMESTAMP: ["2026-04-17T12:00:00Z", "2026-04-17T12:00:01Z"]})[1]


@pytest.mark.parametrize(
    "given", ["2026-04-17T12:00:00Z", "2026-04-17T12:00:00.123456Z", "2026-04-17T14:00:00+02:00", "2026-04-17T12:00:00"]
)
def test_a_timestamp_may_have_any_form_of_iso_8601(given: str) -> None:
    """UTC where it names no zone."""
    assert verify(BODY, signed(BODY) | {TIMESTAMP: given}, SECRET, now=NOON).event == "contact.created"


@pytest.mark.parametrize("now", [NOON, NOON.astimezone(timezone(timedelta(hours=-9))), NOON.timestamp(), 1776427200])
def test_now_can_be_given(now: datetime | float) -> None:
    """As a datetime of any zone or in epoch seconds."""
    assert verify(BODY, signed(BODY), SECRET, now=now, tolerance=0).event == "contact.created"


def test_what_is_too_large_is_refused_before_it_is_hashed() -> None:
    """The bound is 1 MiB: whoever sends more is told so, whatever the signature."""
    largest = BODY + b" " * (LARGEST_BODY - len(BODY))
    assert verify(largest, signed(largest), SECRET, now=NOON).event == "contact.created"
    check, text = refused(largest + b" ", {})
    assert check == "size"
    assert "1,048,577 bytes" in text


def test_the_checks_have_an_order() -> None:
    """What is not signed by LeadLex is not looked at further."""
    forged = signed(b"[]", "whsec_other", at=NOON - timedelta(days=1))
    assert refused(b"[]", forged)[0] == "signature"
    stale = signed(b"[]", at=NOON - timedelta(days=1))
    assert refused(b"[]", stale)[0] == "timestamp"
    assert refused(b"[]", signed(b"[]"))[0] == "content"


# What cannot be


@pytest.mark.parametrize("body", [BODY.decode(), ENVELOPE, None, [*BODY]], ids=["str", "dict", "None", "list"])
def test_a_body_that_was_parsed_is_a_mistake(body: object) -> None:
    """Only raw bytes can be checked."""
    with pytest.raises(ValidationError, match="pass the raw bytes of the request, before any parsing"):
        verify(cast("bytes", body), signed(BODY), SECRET, now=NOON)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_a_body_may_be_any_bytes(kind: Callable[[bytes], bytes]) -> None:
    """What has bytes is read."""
    assert verify(kind(BODY), signed(BODY), SECRET, now=NOON).data == ENVELOPE["data"]


def test_a_large_body_may_be_wide() -> None:
    """The bound counts bytes, not items."""
    wide = memoryview(bytes(LARGEST_BODY + 4)).cast("I")
    assert refused(cast("bytes", wide), signed(BODY))[0] == "size"


@pytest.mark.parametrize("secret", ["", " ", f"{SECRET}\n", f" {SECRET}", None, b"whsec", 7, [], [SECRET, ""], [None]])
def test_a_secret_that_cannot_be_is_a_mistake(secret: object) -> None:
    """A new line at its end is that of the file it was read from; it is not repeated."""
    with pytest.raises(ConfigurationError) as caught:
        verify(BODY, signed(BODY), cast("str", secret), now=NOON)
    assert "whsec" not in str(caught.value)


@pytest.mark.parametrize("tolerance", [-1, math.nan, True, "300", None])
def test_a_tolerance_that_cannot_be_is_a_mistake(tolerance: object) -> None:
    """It is in seconds, and none may be negative."""
    with pytest.raises(ConfigurationError, match="tolerance"):
        verify(BODY, signed(BODY), SECRET, tolerance=cast("float", tolerance), now=NOON)


@pytest.mark.parametrize("now", [datetime(2026, 4, 17, 12), math.nan, math.inf, True, "2026"])  # noqa: DTZ001 - wrong on purpose
def test_a_time_that_cannot_be_is_a_mistake(now: object) -> None:
    """Nobody can say which hour a naive datetime means."""
    with pytest.raises(ConfigurationError, match="now"):
        verify(BODY, signed(BODY), SECRET, now=cast("float", now))


@pytest.mark.parametrize("headers", [None, 7, "text", [1], [("a", "b", "c")], [(7, "x")], {SIGNATURE: 7}, {"items": 7}])
def test_headers_that_are_none_are_an_error_of_ours(headers: object) -> None:
    """Whatever is given for them."""
    with pytest.raises((ValidationError, WebhookVerificationError)):
        verify(BODY, cast("dict[str, str]", headers), SECRET, now=NOON)


# Headers of frameworks


def message(headers: dict[str, str]) -> Message:
    """As ``http.server`` has them."""
    made = Message()
    for name, value in headers.items():
        made[name] = value
    return made


def environment(headers: dict[str, str]) -> dict[str, object]:
    """As WSGI and Django's ``META`` have them, among other things."""
    named = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    return {**named, "wsgi.version": (1, 0), "CONTENT_LENGTH": "300", "wsgi.multithread": False}


def scope(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    """As ASGI has them."""
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


FORMS: dict[str, Callable[[dict[str, str]], Headers]] = {
    "dict": lambda headers: {**headers},
    "lower case": lambda headers: {name.lower(): value for name, value in headers.items()},
    "upper case": lambda headers: {name.upper(): value for name, value in headers.items()},
    "read only": lambda headers: MappingProxyType(headers),  # noqa: PLW0108 - pyright reads a bare generic class in two ways
    "aiohttp": lambda headers: CIMultiDictProxy(CIMultiDict(headers)),
    "multidict": lambda headers: MultiDict(headers),  # noqa: PLW0108 - as above
    "Starlette": lambda headers: StarletteHeaders(headers),  # noqa: PLW0108 - as above
    "http.server": message,
    "WSGI": environment,
    "ASGI": scope,
    "pairs": lambda headers: [*headers.items()],
    "iterator": lambda headers: iter([*headers.items()]),
    "lists": lambda headers: {name: [value] for name, value in headers.items()},
    "tuples of bytes": lambda headers: {name.encode(): (value.encode(),) for name, value in headers.items()},
    "spaces": lambda headers: {name: f" {value} " for name, value in headers.items()},
    "twice the same": lambda headers: [*headers.items()] * 2,
}


@pytest.mark.parametrize("form", FORMS)
def test_headers_of_any_framework_are_read(form: str) -> None:
    """Names in any case, several values or one."""
    assert verify(BODY, FORMS[form](signed(BODY)), SECRET, now=NOON).event == "contact.created"


@pytest.mark.parametrize("form", FORMS)
def test_headers_of_any_framework_are_checked(form: str) -> None:
    """The same with a wrong signature and without any."""
    assert refused(BODY, FORMS[form](signed(BODY, "whsec_other")))[0] == "signature"
    without = {name: value for name, value in signed(BODY).items() if name != SIGNATURE}
    assert "there is no X-LeadLex-Signature" in refused(BODY, FORMS[form](without))[1]


@pytest.mark.parametrize(
    "headers",
    [
        CIMultiDict([*signed(BODY).items(), ("x-leadlex-signature", "sha256=0")]),
        StarletteHeaders(raw=[*scope(signed(BODY)), (b"x-leadlex-signature", b"sha256=0")]),
        signed(BODY) | {"x-leadlex-signature": "sha256=0"},
        [*signed(BODY).items(), (SIGNATURE, "sha256=0")],
        signed(BODY) | {SIGNATURE: [RIGHT, "sha256=0"]},
    ],
    ids=["aiohttp", "Starlette", "two cases", "pairs", "a list"],
)
def test_two_signatures_are_refused(headers: Headers) -> None:
    """Even if one of them is right: LeadLex sends one."""
    check, text = refused(BODY, headers)
    assert check == "signature"
    assert "different" in text


def test_the_delivery_id_is_that_of_the_signed_body() -> None:
    """The header can be changed by whoever sends a delivery again."""
    event = verify(BODY, signed(BODY) | {DELIVERY_ID: "another"}, SECRET, now=NOON)
    assert event.delivery_id == ENVELOPE["delivery_id"]


# Whatever comes

TEXT = st.text(max_size=30)
VALUES = st.one_of(TEXT, st.binary(max_size=30), st.none(), st.integers(), st.lists(TEXT, max_size=3))
NAMES = st.one_of(st.sampled_from([SIGNATURE, TIMESTAMP, SIGNATURE.lower(), SIGNATURE.lower().encode()]), TEXT)
MOMENTS = st.from_regex(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([+-][0-9]{2}:[0-9]{2})?\Z")


def outcome(body: bytes, headers: Headers) -> Check | int:
    """The length of the event's fingerprint, or the check that refuses it."""
    try:
        return len(verify(body, headers, SECRET, now=NOON).fingerprint)
    except WebhookVerificationError as error:
        return error.check


@given(
    body=st.one_of(st.binary(max_size=200), st.just(BODY)),
    headers=st.one_of(st.dictionaries(NAMES, VALUES, max_size=4), st.lists(st.tuples(NAMES, VALUES), max_size=4)),
)
@settings(max_examples=150, deadline=None)
def test_any_delivery_is_an_error_of_ours(body: bytes, headers: Headers) -> None:
    """Whatever bytes and headers are sent: none of it is signed."""
    with pytest.raises(LeadLexError):
        verify(body, headers, SECRET, now=NOON)


@given(body=st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
@example(b'{"event":"a","event":"b","data":{"x":1,"x":2}}')
@example(b'{"event":"a","data":{"x":NaN}}')
@example(b'{"event":"a","data":{"x":1e999}}')
@example(b'{"event":"a","data":{"x":123456789012345678901234567890}}')
@example(b'{"event":"\\ud800","data":{"x":"\\udfff"}}')
@example(b'{"event":"\xff"}')
@example(b'\xef\xbb\xbf{"event":"a"}')
@example(b'{"event":"a","occurred_at":"0001-01-01T00:00:00+23:59"}')
@example(b'{"event":"a","occurred_at":"9999-12-31T23:59:59-23:59"}')
@example(b'{"event":"a","data":' + b'{"a":' * 1000 + b"1" + b"}" * 1000 + b"}")
@example(b"[" * 100_000)
def test_any_signed_body_is_an_event_or_an_error_of_ours(body: bytes) -> None:
    """Even if LeadLex itself signs nonsense; and what it says can be remembered."""
    assert outcome(body, signed(body)) in {"content", 64}


@given(text=st.one_of(TEXT, MOMENTS))
@settings(max_examples=150, deadline=None)
@example("0001-01-01T00:00:00+23:59")
@example("9999-12-31T23:59:59-23:59")
@example("\ud800")
def test_any_timestamp_is_an_event_or_an_error_of_ours(text: str) -> None:
    """However far away, however malformed."""
    assert outcome(BODY, signed(BODY) | {TIMESTAMP: text}) in {"timestamp", 64}


@given(bit=st.integers(0, 8 * len(BODY) - 1))
@settings(max_examples=200, deadline=None)
def test_any_bit_of_the_body_counts(bit: int) -> None:
    """A body with one bit flipped is refused."""
    flipped = bytearray(BODY)
    flipped[bit // 8] ^= 1 << bit % 8
    assert refused(bytes(flipped), signed(BODY))[0] == "signature"


@pytest.mark.parametrize("bit", range(8 * len(RIGHT)))
def test_any_bit_of_the_signature_counts(bit: int) -> None:
    """A signature with one bit flipped is refused."""
    flipped = bytearray(RIGHT.encode())
    flipped[bit // 8] ^= 1 << bit % 8
    assert refused(BODY, signed(BODY) | {SIGNATURE: bytes(flipped)})[0] == "signature"
