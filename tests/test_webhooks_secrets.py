"""Neither the secret nor the delivery is in an error, a log line or a traceback."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from test_secrets import tells
from webhook_bodies import NOON, SECRET, signed

from leadlex_async import LeadLexError
from leadlex_async.models.webhooks import Webhook
from leadlex_async.webhooks import LARGEST_BODY, SIGNATURE, TIMESTAMP, verify

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from leadlex_async.webhooks import Headers

# Each holds the mark that is looked for: in no local variable of a test, since those are looked through.
BODY = b'{"event":"contact.created","data":{"note":"TOPSECRET"}}'
NAMELESS = b'{"data":"TOPSECRET"}'
BROKEN = b'{"data":"TOPSECRET"'
NOTHING: Mapping[str, str] = {}

FAILURES: dict[str, Callable[[], object]] = {
    "no signature": lambda: verify(BODY, NOTHING, SECRET, now=NOON),
    "wrong signature": lambda: verify(BODY, signed(BODY), f"{SECRET}x", now=NOON),
    "cut signature": lambda: verify(BODY, signed(BODY) | {SIGNATURE: SECRET}, SECRET, now=NOON),
    "signatures": lambda: verify(BODY, signed(BODY) | {SIGNATURE: [SECRET, "x"]}, SECRET, now=NOON),
    "odd signature": lambda: verify(BODY, signed(BODY) | {SIGNATURE: f"sha256={SECRET}\ud800"}, SECRET, now=NOON),
    "odd secret": lambda: verify(BODY, signed(BODY), f"{SECRET}\ud800", now=NOON),
    "rotation": lambda: verify(BODY, signed(BODY), [f"{SECRET}x", f"{SECRET}y"], now=NOON),
    "stale": lambda: verify(BODY, signed(BODY, at=NOON - timedelta(days=1)), SECRET, now=NOON),
    "no timestamp": lambda: verify(BODY, signed(BODY) | {TIMESTAMP: SECRET}, SECRET, now=NOON),
    "not JSON": lambda: verify(BROKEN, signed(BROKEN), SECRET, now=NOON),
    "no name": lambda: verify(NAMELESS, signed(NAMELESS), SECRET, now=NOON),
    "too large": lambda: verify(BODY * LARGEST_BODY, NOTHING, SECRET, now=NOON),
    "parsed": lambda: verify(BODY.decode(), signed(BODY), SECRET, now=NOON),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] - wrong on purpose
    "white space": lambda: verify(BODY, signed(BODY), f"{SECRET}\n", now=NOON),
    "bytes": lambda: verify(BODY, signed(BODY), SECRET.encode(), now=NOON),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] - wrong on purpose
    "tolerance": lambda: verify(BODY, signed(BODY), SECRET, now=NOON, tolerance=-1),
    "headers": lambda: verify(BODY, odd_headers(), SECRET, now=NOON),
}


def odd_headers() -> Headers:
    """Headers that are none, with the mark in them."""
    return [(SIGNATURE, SECRET, SECRET)]  # type: ignore[list-item]  # pyright: ignore[reportReturnType] - wrong on purpose


@pytest.mark.parametrize("way", FAILURES)
def test_an_error_shows_nothing_of_a_delivery(caplog: pytest.LogCaptureFixture, way: str) -> None:
    """Neither in its text nor in what stands behind it, nor in the locals of the frames it has passed."""
    caplog.set_level(logging.DEBUG)
    with pytest.raises(LeadLexError) as caught:
        FAILURES[way]()
    assert tells(caught.value) == []
    assert caplog.records == []


def test_a_webhook_does_not_show_its_secret() -> None:
    """A record that is logged shows the rest."""
    shown = repr(Webhook(id="wh_1", url="https://example.com", secret=SECRET))
    assert SECRET not in shown
    assert "example.com" in shown
