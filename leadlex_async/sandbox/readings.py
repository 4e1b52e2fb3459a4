"""What Lexi reads out of records: short texts, the same for the same record."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .clock import DAY, iso

if TYPE_CHECKING:
    from .records import Record

_RISKS = re.compile(r"risk|concern|delay|compet|dispute|unhappy", re.IGNORECASE)
_CHANCES = re.compile(r"interest|opportunit|budget|expand|retainer|referral", re.IGNORECASE)
FOLLOWUPS: dict[str, tuple[str, str, bool]] = {
    "email": ("Write to", "Tomorrow", True),
    "call": ("Call", "This week", False),
    "meeting": ("Meet", "Next week", False),
    "linkedin": ("Message on LinkedIn:", "This week", True),
    "whatsapp": ("Message on WhatsApp:", "Today", True),
}
"""What to do, when, and whether there is a text to send."""


def notes_read(notes: list[Record], name: str) -> Record:
    """What notes say, the newest first; certain words in them are risks, others opportunities."""
    said = [_said(note) for note in notes]
    risks, chances = ([text for text in said if words.search(text)] for words in (_RISKS, _CHANCES))
    score = round((len(chances) - len(risks)) / len(said), 2)
    label = "positive" if score > 0 else "negative" if score < 0 else "neutral"
    dated = [(str(note["created_date"])[:10], text) for note, text in zip(notes, said, strict=True)]
    return {
        "summary": f"{len(notes)} notes on {name}. The latest: {said[0]}",
        "key_points": [*said[:5]],
        "risks": [{"description": text, "severity": "medium"} for text in risks],
        "opportunities": [{"description": text} for text in chances],
        "sentiment": {"label": label, "score": score},
        "timeline": [{"date": day, "event": text} for day, text in reversed(dated)],
    }


def _said(note: Record) -> str:
    """A note in a sentence: its title, and the first line of what it says."""
    line = str(note["content"] or "").strip().partition("\n")[0]
    return ": ".join(filter(None, [str(note["title"] or ""), line]))


def followup(number: int, kind: str, row: Record, summary: str) -> Record:
    """One step, by the way to go."""
    title, when, written = FOLLOWUPS[kind]
    name = str(row["first_name"] or row["full_name"])
    return {
        "type": kind,
        "title": f"{title} {row['full_name']}",
        "reason": summary,
        "suggested_when": when,
        "draft_body": f"Hi {name}, I would like to pick up where we left off." if written else None,
        "confidence": round(0.9 - 0.05 * number, 2),
    }


def assessment(deal: Record, jurisdiction: str, now: float) -> Record:
    """What there is to say of a deal in a jurisdiction."""
    name, due = deal["name"], str(deal["next_follow_up_date"] or iso(now + 14 * DAY))[:10]
    return {
        "summary": f"{name} is a matter under the law of {jurisdiction}.",
        "risks": [
            {"description": f"The scope of {name} is not agreed", "severity": "medium", "likelihood": "possible"}
        ],
        "precedents": [
            {
                "title": "Example v. Sandbox",
                "citation": "[2020] SBX 1",
                "jurisdiction": jurisdiction,
                "relevance": f"Invented, as {name} may be",
            }
        ],
        "next_steps": [f"Agree on the scope of {name}", "Check for conflicts of interest"],
        "deadlines": [{"description": f"Follow up on {name}", "due_date": due}],
        "counterparty": {"observations": f"Nothing is known about the other side of {name}."},
        "regulatory": [
            {"regime": "Data protection", "citation": f"{jurisdiction} 1", "notes": "Applies to all matters"}
        ],
    }


def contents(document: Record, prompt: str | None, pages: int) -> Record:
    """What stands in a document, of which the sandbox knows the name and the date only."""
    name, day = document["name"], str(document["created_at"])[:10]
    asked = f" Asked for: {prompt}." if prompt else ""
    return {
        "summary": f"{name} is an agreement of {pages} pages.{asked}",
        "clauses": [{"type": "term", "title": "Term", "text": f"{name} ends after two years.", "page": 1}],
        "entities": [{"type": "company", "name": "Example", "page": 1}],
        "risks": [{"description": "No limit of liability", "severity": "medium"}],
        "obligations": [{"party": "Example", "description": "Keep secret what is confidential"}],
        "dates": [{"context": "Effective date", "value": day}],
        "amounts": [{"value": 10_000, "currency": "EUR", "context": "Fee"}],
        "signatories": [{"name": "Jane Doe", "role": "General Counsel", "party": "Example"}],
    }
