"""The pure parts: paths, queries, bodies, records and event streams."""

from __future__ import annotations

import copy
import math
import pickle
import types
from datetime import UTC, datetime
from importlib import import_module
from pkgutil import iter_modules
from types import NoneType
from typing import TYPE_CHECKING, cast
from urllib.parse import parse_qsl, unquote

import attrs
import orjson
import pytest
from hypothesis import given, settings, strategies as st
from rows import ROWS, Row

from leadlex_async import DecodeError, ValidationError, catalog, models
from leadlex_async._http import convert, wire
from leadlex_async._http.op import Op
from leadlex_async._http.record import ALSO
from leadlex_async._http.sse import LARGEST_EVENT, EventParser, ServerEvent
from leadlex_async._http.wire import Response
from leadlex_async.models.campaigns import CampaignStatus
from leadlex_async.models.lexi import LexiTaskStatus
from leadlex_async.resources import campaigns, contacts, lexi

if TYPE_CHECKING:
    from leadlex_async._http.wire import JSONValue

few = settings(max_examples=60, deadline=None)
STRICT = "cattrs' own hooks for str, int, float and bool win over the strict ones"
ITERABLE = "anything that can be iterated is taken for a list"

texts = st.text(st.characters(exclude_categories=["Cs"]))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


@few
@given(texts.filter(lambda text: text.strip() and text not in {".", ".."}))
def test_a_segment_is_one_and_comes_back(value: str) -> None:
    """Every id becomes unreserved characters only, and decodes to itself."""
    encoded = wire.segment("id", value)
    assert encoded.isascii()
    assert not set(encoded) & set("/?#&;: \r\n")
    assert unquote(encoded, errors="strict") == value


@pytest.mark.parametrize("place", ["path", "query"])
def test_text_that_is_no_text_is_refused(place: str) -> None:
    """What cannot be encoded is bad input like any other."""
    with pytest.raises(ValidationError):
        _ = wire.segment("id", "\ud800") if place == "path" else wire.encode_query({"q": "\ud800"})


@few
@given(texts.filter(str.strip), texts.filter(str.strip))
def test_expansion_fills_each_place_once(one: str, two: str) -> None:
    """Braces inside a value are no places."""
    template = "/v1/lists/{list_id}/contacts/{contact_id}"
    if {one, two} & {".", ".."}:
        return
    path = wire.expand(template, {"list_id": one, "contact_id": two})
    assert [unquote(part) for part in path.split("/")] == ["", "v1", "lists", one, "contacts", two]


@few
@given(st.dictionaries(texts, texts | st.integers() | st.booleans() | st.none() | st.lists(texts, max_size=3)))
def test_a_query_reads_back(query: dict[str, object]) -> None:
    """None is left out, a list repeats its name, words stay what they are."""
    expected: list[tuple[str, str]] = []
    for name, value in query.items():
        items = cast("list[object]", value) if isinstance(value, list) else [value]
        words = [str(item).lower() if isinstance(item, bool) else str(item) for item in items if item is not None]
        expected += [(name, word) for word in words]
    assert parse_qsl(wire.encode_query(query), keep_blank_values=True) == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (datetime(2026, 4, 1, tzinfo=UTC), "at=2026-04-01T00%3A00%3A00Z"),
        (1.5, "at=1.5"),
        (CampaignStatus("galactic"), "at=galactic"),
        (("a", "b"), "at=a&at=b"),
        ([], ""),
    ],
)
def test_a_query_of_other_types(value: object, text: str) -> None:
    """Times, numbers, enums and lists have one form each."""
    assert wire.encode_query({"at": value}) == text


@pytest.mark.parametrize("value", [{"a": 1}, object(), b"x", {1}, datetime(2026, 4, 1)])  # noqa: DTZ001 - to be refused
def test_a_query_refuses_the_rest(value: object) -> None:
    """What has no form in a query is named."""
    with pytest.raises(ValidationError):
        wire.encode_query({"at": value})


@few
@given(json_values)
def test_a_body_reads_back(value: JSONValue) -> None:
    """JSON goes out as it is."""
    assert orjson.loads(wire.encode_json({"x": value})) == {"x": value}


def test_a_body_of_other_types() -> None:
    """Sets are sorted, times become UTC, enums their word, tuples lists."""
    body = {"s": {"b", "a"}, "t": datetime(2026, 4, 1, tzinfo=UTC), "e": CampaignStatus("new"), "l": ("x",)}
    assert orjson.loads(wire.encode_json(body)) == {
        "s": ["a", "b"],
        "t": "2026-04-01T00:00:00Z",
        "e": "new",
        "l": ["x"],
    }


@pytest.mark.parametrize(
    "value", [math.nan, [math.inf], {"deep": ({"x": -math.inf},)}, types.MappingProxyType({"x": math.nan})]
)
def test_a_body_refuses_what_would_become_null(value: object) -> None:
    """A number that is none would clear the field without a word."""
    with pytest.raises(ValidationError, match="no number of JSON"):
        wire.encode_json({"x": value})


@pytest.mark.parametrize("value", [object(), {1, "a"}, 2**70, {b"k": 1}, "\ud800", datetime(2026, 4, 1)])  # noqa: DTZ001
def test_a_body_refuses_the_rest(value: object) -> None:
    """What JSON cannot hold is refused, not guessed."""
    with pytest.raises(ValidationError, match="JSON"):
        wire.encode_json({"x": value})


OPS = {operation.op.label: operation.op for operation in catalog.operations()}
SAMPLES = {row.request.partition("?")[0]: row for row in ROWS}


def op_of(row: Row) -> Op[object]:
    """The operation that a row calls."""
    method, _, path = row.request.partition(" ")
    parts = path.split("/")

    def fits(op: Op[object]) -> bool:
        places = op.path.split("/")
        pairs = zip(places, parts, strict=False)
        return op.method == method and len(places) == len(parts) and all(a == b or a[0:1] == "{" for a, b in pairs)

    return min((op for op in OPS.values() if fits(op)), key=lambda op: op.path.count("{"))


def decode(op: Op[object], body: object) -> object:
    """Decode an answer."""
    return convert.decode(op, Response(200, {}, orjson.dumps(body)))


COUNTS = {"stages", "by_type", "activities", "deals", "features"}
"""Objects whose keys are free and whose values are not."""


@st.composite
def strained(draw: st.DrawFn, value: JSONValue) -> JSONValue:
    """The same answer with more keys than are documented, and other words where there are enums."""
    if isinstance(value, list):
        return [draw(strained(item)) for item in value]
    if not isinstance(value, dict):
        return value
    more: dict[str, JSONValue] = draw(st.dictionaries(texts.map("x_{}".format), json_values, max_size=2))
    word = draw(st.sampled_from(["", "galactic", "ÄÖÜ", "pending"]))
    kept: dict[str, JSONValue] = {
        key: word if key in {"status", "type", "role"} else item if key in COUNTS else draw(strained(item))
        for key, item in value.items()
    }
    return more | kept


@few
@given(st.data(), st.sampled_from(ROWS))
def test_more_keys_and_new_words_are_fine(data: st.DataObject, row: Row) -> None:
    """The API may add keys and enum words any day."""
    answer = cast("JSONValue", orjson.loads(orjson.dumps(row.answer)))
    assert isinstance(answer, dict)
    decode(op_of(row), answer | {"data": data.draw(strained(answer["data"])), "extra": 1})


RECORDS = [
    kind
    for module in iter_modules(models.__path__, f"{models.__name__}.")
    for kind in cast("dict[str, object]", vars(import_module(module.name))).values()
    if isinstance(kind, type) and attrs.has(kind)
]
REQUIRED = {
    name
    for kind in RECORDS
    for each in attrs.fields(kind)
    if each.default is attrs.NOTHING
    for name in (each.name, *each.metadata.get(ALSO, ()))
}


@st.composite
def emptied(draw: st.DrawFn, value: JSONValue, *, top: bool = True) -> JSONValue:
    """The same answer with nulls in places that may be empty."""
    if isinstance(value, list):
        return [draw(emptied(item, top=False)) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: None if not top and key not in REQUIRED and draw(st.booleans()) else draw(emptied(item, top=False))
        for key, item in value.items()
    }


@few
@given(st.data(), st.sampled_from(ROWS))
def test_null_is_the_same_as_nothing(data: st.DataObject, row: Row) -> None:
    """A null in an optional place means what leaving it out means."""
    answer = cast("JSONValue", orjson.loads(orjson.dumps(row.payload)))
    holed = data.draw(emptied(answer, top=False))
    bare = orjson.loads(orjson.dumps(holed))
    assert decode(op_of(row), {"data": holed}) == decode(op_of(row), {"data": without_nulls(bare)})


def without_nulls(value: JSONValue) -> JSONValue:
    """The same value without the keys whose value is null; free-form objects stay."""
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    if not isinstance(value, dict):
        return value
    free = {"metadata", "custom_fields", "tool_output", "tool_calls", "social", "details", "action_config"}
    free |= {"action_result", "data_schema", "example_payload"}
    return {key: item if key in free else without_nulls(item) for key, item in value.items() if item is not None}


@few
@given(st.sampled_from(sorted(OPS)), json_values)
def test_any_json_is_a_record_or_a_decode_error(label: str, value: JSONValue) -> None:
    """No answer, however strange, raises anything but ``DecodeError``, which names the operation and a path."""
    caught = DecodeError("", path="$", operation=label)
    try:
        decode(OPS[label], {"data": value})
    except DecodeError as error:
        caught = error
    assert caught.operation == label
    assert caught.path.startswith("$")


WRONG: list[tuple[Op[object], object, str]] = [
    (cast("Op[object]", contacts.GET), {"id": 1}, "$.data.id"),
    (cast("Op[object]", contacts.GET), {"id": ["a"]}, "$.data.id"),
    (cast("Op[object]", contacts.GET), {"id": "a", "email": {"x": 1}}, "$.data.email"),
    (cast("Op[object]", contacts.GET), {"id": "a", "priority": "1"}, "$.data.priority"),
    (cast("Op[object]", contacts.GET), {"id": "a", "priority": True}, "$.data.priority"),
    (cast("Op[object]", contacts.GET), {"id": "a", "priority": 1.5}, "$.data.priority"),
    (cast("Op[object]", contacts.GET), {"id": "a", "tags": ["a", 1]}, "$.data.tags[1]"),
    (cast("Op[object]", contacts.GET), {"id": "a", "tags": "VIP"}, "$.data.tags"),
    (cast("Op[object]", contacts.GET), {"id": "a", "tags": {"VIP": 1}}, "$.data.tags"),
    (cast("Op[object]", contacts.GET), {"id": "a", "custom_fields": []}, "$.data.custom_fields"),
    (cast("Op[object]", contacts.GET), {"id": "a", "created_at": "yesterday"}, "$.data.created_at"),
    (cast("Op[object]", contacts.GET), {"id": "a", "created_at": 1772020800}, "$.data.created_at"),
    (cast("Op[object]", contacts.GET), {}, "$.data.id"),
    (cast("Op[object]", contacts.GET), {"id": None}, "$.data.id"),
    (cast("Op[object]", contacts.GET), [], "$.data"),
    (cast("Op[object]", contacts.GET), "a", "$.data"),
    (cast("Op[object]", campaigns.GET), {"id": "a", "track_opens": "false"}, "$.data.track_opens"),
    (cast("Op[object]", campaigns.GET), {"id": "a", "track_opens": 0}, "$.data.track_opens"),
    (cast("Op[object]", campaigns.GET), {"id": "a", "steps": {}}, "$.data.steps"),
    (cast("Op[object]", campaigns.GET), {"id": "a", "steps": [7]}, "$.data.steps[0]"),
    (cast("Op[object]", campaigns.GET), {"id": "a", "status": 7}, "$.data.status"),
    (cast("Op[object]", campaigns.GET), {"id": "a", "stats": {"sent": []}}, "$.data.stats.sent"),
    (cast("Op[object]", campaigns.STATS), {"open_rate": "0.5"}, "$.data.open_rate"),
    (cast("Op[object]", lexi.LIST_TASKS), {}, "$.data"),
    (cast("Op[object]", lexi.LIST_TASKS), "", "$.data"),
    (cast("Op[object]", lexi.LIST_TASKS), {"tasks": [7]}, "$.data.tasks[0]"),
]


@pytest.mark.parametrize(
    ("op", "data", "path"),
    WRONG,
)
def test_a_wrong_type_is_an_error_that_says_where(op: Op[object], data: object, path: str) -> None:
    """A value of another type than documented is never guessed at."""
    with pytest.raises(DecodeError) as caught:
        decode(op, {"data": data})
    assert caught.value.path == path
    assert path in str(caught.value)


def test_the_path_is_the_one_in_the_answer() -> None:
    """The path leads to the place in the body as it was sent."""
    rows = [{"id": "a", "type": "t", "status": "pending"}, {"id": "b", "type": 7, "status": "pending"}]
    with pytest.raises(DecodeError) as caught:
        decode(cast("Op[object]", lexi.LIST_TASKS), {"data": {"tasks": rows}})
    assert caught.value.path == "$.data.tasks[1].type"


def test_a_decode_error_does_not_tell_the_data() -> None:
    """Answers hold people's data, which belongs in no log."""
    with pytest.raises(DecodeError) as caught:
        decode(cast("Op[object]", contacts.GET), {"data": {"id": "a", "created_at": "Ann Lee, 4 Mill Lane"}})
    assert "Ann" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"null", b"[]", b"7", b"{}", b'{"error":{}}', b"<p>Hi</p>"])
def test_an_answer_without_data(body: bytes) -> None:
    """A success that does not hold ``data`` is none."""
    with pytest.raises(DecodeError) as caught:
        convert.decode(contacts.GET, Response(200, {}, body))
    assert caught.value.operation == "GET /v1/contacts/{id}"


@pytest.mark.parametrize("body", [b"", b"anything"])
def test_an_answer_that_is_not_read(body: bytes) -> None:
    """A delete answers nothing, so nothing is read."""
    assert convert.decode(Op("DELETE", "/v1/x", NoneType), Response(204, {}, body)) is None


def test_rows_are_told_raw() -> None:
    """The poll loop reads rows undecoded; what is no list is an error."""
    row: dict[str, JSONValue] = {"id": "a"}
    assert convert.rows({"data": {"tasks": [row, 7]}}, "tasks") == [row]
    assert convert.rows({"data": [row]}, "tasks") == [row]
    with pytest.raises(DecodeError):
        convert.rows({"data": {"tasks": None}}, "tasks")


def test_any_json_of_an_undocumented_operation() -> None:
    """Its body is parsed if there is one."""
    assert convert.any_json(Response(200, {}, b""), "x") is None
    assert convert.any_json(Response(200, {}, b'{"a":1}'), "x") == {"a": 1}
    with pytest.raises(DecodeError):
        convert.any_json(Response(200, {}, b"<p>"), "x")


def test_whole_numbers_may_be_written_as_fractions() -> None:
    """``3.0`` is a whole number and ``1`` is a rate."""
    stats = convert.decode(campaigns.STATS, Response(200, {}, b'{"data":{"sent_count":3.0,"open_rate":1}}'))
    assert (stats.sent_count, stats.open_rate) == (3, 1.0)
    assert type(stats.sent_count) is int
    assert type(stats.open_rate) is float


@few
@given(texts)
def test_an_open_enum_takes_any_word(word: str) -> None:
    """A word is equal to itself as text, whether this release knows it or not, and travels."""
    member = CampaignStatus(word)
    assert member == word
    assert hash(member) == hash(word)
    assert member.known is (word in {"draft", "pending_approval", "active", "paused", "completed"})
    assert str(member) == f"{member}" == member.value == word
    assert repr(member).startswith("<CampaignStatus.")
    for twin in (pickle.loads(pickle.dumps(member)), copy.copy(member), copy.deepcopy(member)):  # noqa: S301 - our own
        assert twin == member
        assert type(twin) is CampaignStatus
    assert len(CampaignStatus) == 5


def test_an_open_enum_takes_words_only() -> None:
    """Known words are the members themselves; anything but text is no word."""
    assert CampaignStatus("active") is CampaignStatus.ACTIVE
    assert CampaignStatus("x") != CampaignStatus("y")
    assert LexiTaskStatus.PENDING in cast("set[str]", {CampaignStatus("pending")})
    with pytest.raises(ValueError, match="7"):
        CampaignStatus(cast("str", 7))


BREAKS = st.sampled_from(["\n", "\r", "\r\n"])
LINES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), max_size=8)


@st.composite
def streams(draw: st.DrawFn) -> bytes:
    """The bytes of an event stream, in all the forms it may have."""
    names = st.sampled_from(["text", "done", "", "ünï"])
    pieces = ["\N{ZERO WIDTH NO-BREAK SPACE}"] if draw(st.booleans()) else []
    for _ in range(draw(st.integers(0, 4))):
        fields = draw(
            st.lists(
                LINES.map("data: {}".format)
                | LINES.map("data:{}".format)
                | names.map("event: {}".format)
                | LINES.map(":{}".format)
                | st.sampled_from(["data", "event", "id: 7", "retry: 9", " data: x", "unknown"]),
                max_size=5,
            )
        )
        pieces += [part for line in [*fields, ""] for part in (line, draw(BREAKS))]
    return "".join([*pieces, draw(st.sampled_from(["", "data: cut off", "\r"]))]).encode()


def parse(chunks: list[bytes]) -> list[ServerEvent]:
    """The events of a stream that comes in these pieces."""
    parser = EventParser()
    return [event for chunk in chunks for event in parser.feed(chunk)]


@settings(max_examples=150, deadline=None)
@given(streams(), st.lists(st.integers(0, 200), max_size=8))
def test_events_do_not_depend_on_the_cuts(stream: bytes, cuts: list[int]) -> None:
    """However the bytes are cut, even inside a character, the events are those of the whole."""
    ends = [*sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    pieces = [stream[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    assert b"".join(pieces) == stream
    assert parse(pieces) == parse([stream]) == parse([bytes([byte]) for byte in stream])


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        (b"data: a\n\n", [("message", "a")]),
        (b"\xef\xbb\xbfevent: text\r\ndata: a\r\ndata:b\r\n\r\n", [("text", "a\nb")]),
        (b"event: text\rdata:  a\r\rdata\n\n", [("text", " a"), ("message", "")]),
        (b": hello\n\nevent: x\n\ndata: a\n\n", [("message", "a")]),
        (b"data: a\n\ndata: b\n", [("message", "a")]),
        (b"id: 7\nretry: 3\nfoo\ndata: \xff\n\n", [("message", "\N{REPLACEMENT CHARACTER}")]),
    ],
)
def test_events_of_a_stream(stream: bytes, events: list[tuple[str, str]]) -> None:
    """Names, several lines of data, comments and line breaks are read as WHATWG describes."""
    assert [(event.name, event.data) for event in parse([stream])] == events


@pytest.mark.parametrize("start", [b"data: ", b": ", b""])
def test_an_event_without_end_is_refused(start: bytes) -> None:
    """A stream must not fill the memory, neither with a line nor with many."""
    parser = EventParser()
    list(parser.feed(start))
    with pytest.raises(DecodeError, match="too large"):
        list(parser.feed(b"x" * (LARGEST_EVENT + 1)))


def test_an_event_of_many_lines_is_refused() -> None:
    """Short lines add up."""
    with pytest.raises(DecodeError, match="too large"):
        parse([b"data: " + b"x" * 1000 + b"\n"] * 1100)


def test_many_small_events_may_come_at_once() -> None:
    """Not the piece is limited but the event."""
    stream = b"data: " + b"x" * 10_000 + b"\n\n"
    assert len(parse([stream * 110])) == 110
