"""Which records look the same: those that share a field that tells them apart, whatever the case."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .records import Record

_WEIGHTS: dict[str, dict[str, float]] = {
    "contact": {"email": 0.95, "phone": 0.9, "linkedin_url": 0.9, "full_name": 0.85},
    "company": {"domain": 0.95, "linkedin_url": 0.9, "name": 0.85},
    "deal": {"name": 0.85, "main_contact_id": 0.5, "related_company_id": 0.3},
}
"""How much alike two records are that share just this field."""


def duplicates(kind: str, rows: Iterable[Record], threshold: float) -> list[Record]:
    """The pairs at least this much alike, the most alike first; the older record of a pair is the primary one."""
    keyed = {str(row["id"]): _keys(row, _WEIGHTS[kind]) for row in rows}
    pairs = [_pair(first, second, keyed, _WEIGHTS[kind]) for first, second in _candidates(keyed)]
    alike = [pair for pair in pairs if float(str(pair["similarity"])) >= threshold]
    return sorted(alike, key=lambda pair: -float(str(pair["similarity"])))


def _keys(row: Record, names: Iterable[str]) -> dict[str, str]:
    """What a record is compared by, where it has it; of a phone only the digits."""
    texts = {name: str(row.get(name) or "").strip().lower() for name in names}
    if "phone" in texts:
        texts["phone"] = "".join(filter(str.isdigit, texts["phone"]))
    return {name: text for name, text in texts.items() if text}


def _candidates(keyed: Mapping[str, dict[str, str]]) -> Iterable[tuple[str, str]]:
    """Of all records that share a field the oldest with each of the others, so that a merge can take them all."""
    groups: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for each, keys in keyed.items():
        for key in keys.items():
            groups[key].append(each)
    return dict.fromkeys((first, other) for first, *others in groups.values() for other in others)


def _pair(first: str, second: str, keyed: Mapping[str, dict[str, str]], weights: Mapping[str, float]) -> Record:
    shared = keyed[first].items() & keyed[second].items()
    matched = [name for name in weights if any(name == each for each, _ in shared)]
    apart = 1.0
    for name in matched:
        apart *= 1 - weights[name]
    words = " and ".join(name.replace("_", " ") for name in matched)
    return {
        "primary_id": first,
        "duplicate_id": second,
        "similarity": round(1 - apart, 2),
        "matched_fields": [*matched],
        "reason": f"Same {words}",
    }
