"""What it costs to verify a delivery, beside a check written by hand after the guide's sample.

    python benchmarks/webhooks.py [--json] [--quick]

Both check the signature and the timestamp of the same deliveries and parse them, in turn in the same run. The check by
hand reads two headers by their names, takes the HMAC and parses with the standard library; ``verify`` looks through
the headers of any framework, bounds the body and returns a typed event. Figures are medians over the rounds;
``paired`` is the median of the rounds' own ratios, by which the aim is judged.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import hmac
import json
import statistics
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from attrs import asdict, frozen

from leadlex_async.webhooks import SIGNATURE, TIMESTAMP, signature, verify

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SECRET = "whsec_0123456789abcdef0123456789abcdef0123456789abcdef"  # noqa: S105 - a secret to measure with
SIZES = (300, 3_000, 100_000)
AIM = 0.8


@frozen
class Figure:
    """One line of the table: verifications a second."""

    name: str
    ours: float
    by_hand: float
    ratio: float
    paired: float
    met: bool


def main() -> None:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    options = parser.parse_args()
    figures = [measured(size, rounds=7 if options.quick else 41) for size in SIZES]
    if options.json:
        print(json.dumps([asdict(figure) for figure in figures], indent=1))
    else:
        show(figures)


def measured(size: int, rounds: int) -> Figure:
    """A delivery of about so many bytes, verified both ways in turn."""
    body = delivery(size)
    headers = headers_of(body)
    ways = (lambda: verify(body, headers, SECRET), lambda: by_hand(body, headers))
    count = max(20, 2_000_000 // (1_000 + 10 * size))
    for way in ways:
        rate(way, count)
    pairs = [tuple(rate(way, count) for way in ways) for _ in range(rounds)]
    ours, hand = (statistics.median(each) for each in zip(*pairs, strict=True))
    paired = statistics.median(one / other for one, other in pairs)
    return Figure(f"body of {len(body):,} bytes", ours, hand, ours / hand, paired, paired >= AIM)


def by_hand(body: bytes, headers: Mapping[str, str]) -> dict[str, object]:
    """What one writes without this package."""
    expected = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, headers[SIGNATURE].removeprefix("sha256=")):
        raise ValueError("wrong signature")
    age = datetime.now(UTC) - datetime.fromisoformat(headers[TIMESTAMP])
    if abs(age.total_seconds()) > 300:
        raise ValueError("stale")
    parsed: dict[str, object] = json.loads(body)
    return parsed


def delivery(size: int) -> bytes:
    """A delivery in the guide's envelope, of contacts: one, or as many as it takes."""
    contact = {"id": "123e4567-e89b-12d3-a456-426614174000", "full_name": "Jane Doe", "email": "jane@example.com"}
    one, many = envelope("contact.updated", contact=contact), envelope("contact.bulk_created", contacts=[], count=0)
    if size <= len(one) + 100:
        return one
    number = (size - len(many)) // (len(json.dumps(contact)) + 2)
    return envelope("contact.bulk_created", contacts=[contact] * number, count=number)


def envelope(event: str, **data: object) -> bytes:
    """The documented envelope."""
    known = {"event": event, "delivery_id": "7f3c4d2a-1b8e-4a9c-9d6f-2e5b8c7a1f3d"}
    known |= {"occurred_at": "2026-04-17T14:23:05Z", "workspace_id": "w_9a8b7c6d5e4f3a2b1c0d"}
    return json.dumps(known | {"data": data}).encode()


def headers_of(body: bytes) -> dict[str, str]:
    """The headers of a delivery: those that are documented, and what HTTP adds."""
    return {
        "Host": "example.com",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "User-Agent": "LeadLex-Webhook/1.0",
        SIGNATURE: signature(body, SECRET),
        TIMESTAMP: datetime.now(UTC).isoformat(),
        "X-LeadLex-Delivery-ID": "7f3c4d2a-1b8e-4a9c-9d6f-2e5b8c7a1f3d",
    }


def rate(way: Callable[[], object], count: int) -> float:
    """Verifications a second, over so many."""
    gc.collect()
    began = time.perf_counter()
    for _ in range(count):
        way()
    return count / (time.perf_counter() - began)


def show(figures: list[Figure]) -> None:
    """Print the table."""
    print(f"{'verifications a second':28}{'ours':>10}{'by hand':>10}{'ratio':>8}{'paired':>8}  aim")
    for each in figures:
        aim = f">= {AIM:g}x: {'pass' if each.met else 'miss'}"
        print(f"{each.name:28}{each.ours:>10,.0f}{each.by_hand:>10,.0f}{each.ratio:>8.2f}{each.paired:>8.2f}  {aim}")


if __name__ == "__main__":
    main()
