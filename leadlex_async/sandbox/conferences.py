"""Conferences to visit: two in each of twelve cities, all invented, on days within the time asked for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from .answers import invalid
from .clock import DAY, epoch, iso

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._http.wire import JSONValue
    from .records import Record

_CITIES = (
    ("London, UK", "gb", "europe"),
    ("Berlin, Germany", "de", "europe"),
    ("Paris, France", "fr", "europe"),
    ("Vienna, Austria", "at", "europe"),
    ("New York, USA", "us", "north-america"),
    ("Chicago, USA", "us", "north-america"),
    ("San Francisco, USA", "us", "north-america"),
    ("Toronto, Canada", "ca", "north-america"),
    ("Singapore", "sg", "apac"),
    ("Tokyo, Japan", "jp", "apac"),
    ("Sydney, Australia", "au", "apac"),
    ("Seoul, South Korea", "kr", "apac"),
)
_REGIONS = {"global", "europe", "north-america", "apac"}
_SIZES = ("500-2000", ">2000", "<500")
_SPAN = 180 * DAY
_LATEST = 253_402_128_000.0  # 9999-12-30, after which there is no day left to end on


def conferences(body: Mapping[str, JSONValue], now: float) -> list[Record]:
    """The conferences that fit, the most relevant first; a country without a city here has none."""
    region, industry = str(body.get("region") or "global").lower(), str(body.get("industry") or "legal-tech")
    if region not in _REGIONS and not re.fullmatch("[a-z]{2}", region):
        raise invalid("region must be a known region or a country code", region="Unknown region")
    start, end = _dates(body, now)
    cities = [city for city, country, area in _CITIES if region in {"global", country, area}]
    venues = [(kind, city) for kind in ("Summit", "Forum") for city in cities]
    about: Record = {
        "industry_tags": [industry],
        "topics": cast("list[JSONValue]", body.get("topics") or ["ai", "contracts"]),
        "reason": f"Covers {industry} in the region asked for ({region}).",
    }
    return [
        _conference(number, f"{_title(industry)} {kind}", city, start + (end - start) * number / len(venues)) | about
        for number, (kind, city) in enumerate(venues)
    ]


def _title(industry: str) -> str:
    return industry.replace("-", " ").title()


def _conference(number: int, name: str, city: str, at: float) -> Record:
    place = city.partition(",")[0]
    slug = re.sub(r"[^a-z0-9]+", "-", f"{name} {place}".lower()).strip("-")
    return {
        "name": f"{name} {place}",
        "url": f"https://conferences.example/{slug}",
        "start_date": iso(at)[:10],
        "end_date": iso(at + DAY)[:10],
        "location": city,
        "relevance": round(0.95 - 0.02 * number, 2),
        "attendee_size": _SIZES[number % len(_SIZES)],
    }


def _dates(body: Mapping[str, JSONValue], now: float) -> tuple[float, float]:
    """From when to when: the next 180 days unless told otherwise."""
    asked = cast("dict[str, str]", body.get("date_range") or {})
    start = epoch(asked.get("from") or "")
    start = now if start is None else start
    end = epoch(asked.get("to") or "")
    end = min(start + _SPAN if end is None else end, _LATEST)
    if start > end:
        raise invalid("date_range must not end before it begins", date_range="Ends before it begins")
    return start, end
