"""Every documented field of an answer can be read from its record, and no field is invented."""

from __future__ import annotations

from collections import defaultdict
from importlib import import_module
from pkgutil import iter_modules
from types import NoneType
from typing import TYPE_CHECKING, cast

import attrs
import pytest
from contract_records import also, answers, fields_of, is_record, offered, pairings, record_of, unfit, words
from contract_table import PAIRS, TABLE, Documented, Field, by_operation

from leadlex_async import Page, models
from leadlex_async._http.record import OpenEnum
from leadlex_async.models.lexi import UnknownChatEvent
from leadlex_async.models.webhooks import EventName, WebhookEvent
from leadlex_async.resources import _chat

if TYPE_CHECKING:
    from leadlex_async.catalog import Operation

LOOSE = {
    "ChannelMessage.attachments": "no page shows one",
    "Contact.priority": "a number by the page, but only ever 1, 2 or 3",
    "Deal.probability": "a number, on deals/get a whole one",
    "Message.tool_output": "a tool may answer anything; that must not make a conversation unreadable",
    "Regulation.notes": "seen in one example only",
    "ToolStep.status": "for people to read",
}
"""Fields of another type than the documented one, and why."""

INVENTED = {
    "Amount.value": "the page names the currency and the context, but not the key of the sum",
    "EnrichedCompany.id": "the page says that a company of the CRM is answered, but shows none",
    "EnrichedContact.seniority": "one of the fields that enrichment fills by default; the example does not have it",
}
"""Fields that no page has in an answer, and why."""

OTHER_NAMES = {
    "Amount.amount": "as for its value",
    "Deal.company_id": "companies/delete calls the link by this name",
}
"""Other names of fields that neither answers nor parameters have, and why."""

DATES = {"created_at", "created_date", "updated_at", "updated_date"}
"""The pages have both names for the same thing, even within one record, so either is read wherever one may come."""

ESSENTIAL = """
BulkDeleted.deleted_count CampaignEvent.type ChannelProvider.channel ContactsCreated.created ContactsLinked.updated
ContactsMerged.primary Correspondent.email DealsUpdated.updated Enrolled.added EventType.type Imported.status
LexiTask.type LexiTask.status ListAdded.added Message.role Started.status
""".split()  # noqa: SIM905 - a list of 16 lines shows no more
"""Fields besides ids without a default: what the record is about. An answer without them says nothing."""

OPTIONAL_IDS = {
    "AuditActor.id": "null where a key acted",
    "EnrichedCompany.id": "absent where the company is none of the CRM",
}

RECORDS = [
    kind
    for module in iter_modules(models.__path__, f"{models.__name__}.")
    for kind in cast("dict[str, object]", vars(import_module(module.name))).values()
    if isinstance(kind, type) and kind.__module__ == module.name and (attrs.has(kind) or issubclass(kind, OpenEnum))
]
PUSHED = {kind for kind in RECORDS if issubclass(kind, WebhookEvent)}
ELSEWHERE = {UnknownChatEvent, *PUSHED}
"""Records that no operation answers: an event that is not documented, and what comes by webhook."""
by_record = pytest.mark.parametrize(
    "kind", [kind for kind in RECORDS if is_record(kind)], ids=lambda kind: kind.__name__
)


def known_names() -> dict[type, set[str]]:
    """The names that the pages have for the fields of each record, in any answer."""
    found: defaultdict[type, set[str]] = defaultdict(set)
    for kind, fields, _ in answers():
        found[kind] |= {name for field in fields for name in (field.name, *field.aliases)}
    return {kind: set[str]().union(*(found[base] for base in kind.__mro__ if base in found)) for kind in found}


KNOWN = known_names()


def written_names() -> dict[type, set[str]]:
    """The names of parameters of the operations that answer a record: what is written may be read by that name."""
    found: defaultdict[type, set[str]] = defaultdict(set)
    for documented, operation in PAIRS:
        if is_record(kind := record_of(operation)):
            names = {name for field in documented.params for name in (field.name, *field.aliases)}
            found[cast("type", kind)] |= names
    return found


WRITTEN = written_names()


@by_operation
def test_every_documented_field_can_be_read(documented: Documented, operation: Operation) -> None:
    """Under its own name or that of the SDK."""
    kind = record_of(operation)
    if not is_record(kind):
        assert documented.response == []
        assert kind is (str if documented.items == "string" else NoneType)
        return
    missing = [
        f"{owner.__name__}.{name}"
        for owner, fields, where in answers()
        if where.split(" ")[0] == operation.name
        for field in fields
        for name in (field.name, *field.aliases)
        if name not in offered(owner)
    ]
    assert missing == []


@by_record
def test_fields_have_the_documented_types(kind: type) -> None:
    """A moment is a ``datetime``, a word of a closed list an enum that has them all."""
    found = {
        f"{pairing}: {reason}"
        for owner, fields, _ in answers()
        if owner is kind
        for pairing in pairings(owner, fields)
        if str(pairing) not in LOOSE and (reason := unfit(pairing.field, pairing.kind))
    }
    assert found == set()


def test_no_type_is_loose_without_need() -> None:
    """What fits needs no exception."""
    pairs = [pairing for owner, fields, _ in answers() for pairing in pairings(owner, fields)]
    assert {str(pairing) for pairing in pairs if unfit(pairing.field, pairing.kind)} == {*LOOSE}


@by_record
def test_no_field_is_invented(kind: type) -> None:
    """Each has a name that some page has; so has each other name."""
    if kind in ELSEWHERE:
        assert kind not in KNOWN
        return
    written = set[str]().union(*(WRITTEN[base] for base in kind.__mro__ if base in WRITTEN))
    for each in fields_of(kind).values():
        documented = {each.name, *also(each)} & KNOWN[kind]
        assert bool(documented) != (f"{kind.__name__}.{each.name}" in INVENTED)
        unknown = {*also(each)} - KNOWN[kind] - written - DATES
        bases = [base.__name__ for base in kind.__mro__]
        assert not [name for name in unknown if not {f"{base}.{name}" for base in bases} & {*OTHER_NAMES}]


@by_record
def test_only_ids_must_be_there(kind: type) -> None:
    """Of a record that lacks anything else, the rest can be read."""
    for each in fields_of(kind).values():
        path, needed = f"{kind.__name__}.{each.name}", each.default is attrs.NOTHING
        if each.name == "id":
            assert needed != (path in OPTIONAL_IDS)
        elif kind not in ELSEWHERE:
            assert (path in ESSENTIAL) == (needed and not each.name.endswith("_id"))


@by_record
def test_what_must_be_there_is_in_every_answer(kind: type) -> None:
    """Each page that answers this record has its fields without a default, and never as null."""
    needed = [each for each in fields_of(kind).values() if each.default is attrs.NOTHING]
    for owner, fields, where in answers():
        if owner is kind:
            there = {name for field in fields for name in (field.name, *field.aliases) if not field.nullable}
            assert [each.name for each in needed if not {each.name, *also(each)} & there] == [], where


def test_enums_have_the_documented_words() -> None:
    """No word is invented, and none is missing."""
    found: defaultdict[type[OpenEnum], set[object]] = defaultdict(set)
    for pair in PAIRS:
        for kind, some in words(*pair):
            found[kind] |= some
    ours = {kind for kind in RECORDS if issubclass(kind, OpenEnum)} - {EventName}  # those have a test of their own
    assert {kind.__name__: {*map(str, kind)} for kind in ours} == {kind.__name__: found[kind] for kind in found}


def test_a_page_has_what_lies_beside_the_rows() -> None:
    """Where it stands, wherever the answer has it."""
    for field in [field for one in TABLE.values() for beside in one.beside for field in beside.fields]:
        assert hasattr(Page[Field](), field.name)


def test_every_chat_event_has_its_record() -> None:
    """The kinds of events are those of the stream's page."""
    (documented,) = (one for one in TABLE.values() if one.events)
    assert {*_chat.KINDS} == {event.name for event in documented.events}
