"""What Lexi researches and writes, the same for the same question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...resources import lexi as ops
from ..answers import Answer, data, invalid
from ..table import route

if TYPE_CHECKING:
    from ..call import Call
    from ..world import World

_DEPTHS = {"quick": 3, "standard": 6, "deep": 12}
_TONES = ("professional", "warm", "formal", "casual")
_SECONDS = {"short": 15, "medium": 30, "long": 60}


def autoresearch(world: World, call: Call) -> Answer:
    """A briefing on a question, a contact or a company."""
    query, contact_id, company_id = call.text("query"), call.text("contact_id"), call.text("company_id")
    if not (query or contact_id or company_id):
        raise invalid("One of query, contact_id or company_id is required")
    depth = call.choice("depth", tuple(_DEPTHS)) or "standard"
    contact = world.store.contacts.named(contact_id) if contact_id else None
    world.spend(_DEPTHS[depth])
    subject = query or (str(contact["full_name"]) if contact else f"company {company_id}")
    person = [{"name": contact["full_name"], "role": contact["job_title"]}] if contact else []
    return data(_briefing(subject, depth) | {"people": person, "credits_remaining": world.credits})


def personalize_email(world: World, call: Call) -> Answer:
    """A draft to one contact."""
    contact_id, intent = call.required("contact_id"), call.required("intent")
    tone = call.choice("tone", _TONES) or "professional"
    length = call.choice("length", tuple(_SECONDS)) or "medium"
    contact = world.store.contacts.named(contact_id)
    world.spend(2)
    greeting = f"{'Hi' if tone in {'warm', 'casual'} else 'Dear'} {contact['first_name'] or contact['full_name']},"
    letter = {
        "subject": intent[:1].upper() + intent[1:],
        "body_text": f"{greeting}\n\n{intent}.\n",
        "body_html": f"<p>{greeting}</p><p>{intent}.</p>",
        "personalization_notes": [f"Addressed {contact['full_name']} in a {tone} tone"],
    }
    return data(letter | {"reading_time_seconds": _SECONDS[length], "credits_remaining": world.credits})


def _briefing(subject: str, depth: str) -> dict[str, object]:
    source = {"url": "https://example.com/news/1", "title": f"News on {subject}"}
    return {
        "summary": f"A {depth} briefing on {subject}.",
        "key_findings": [f"{subject} is known to the sandbox."],
        "recent_news": [source | {"published_at": "2026-03-21", "source": "Example News"}],
        "competitors": [{"name": "Example Legal Systems"}],
        "talking_points": [f"Ask about {subject}."],
        "citations": [source | {"source_type": "news"}],
    }


ROUTES = (
    route(ops.AUTORESEARCH, autoresearch),
    route(ops.PERSONALIZE_EMAIL, personalize_email),
)
