"""Answers of all operations, drawn from their records: what fits is read, what does not is refused by its path."""

from __future__ import annotations

from types import NoneType
from typing import TYPE_CHECKING, cast

import orjson
import pytest
from hypothesis import HealthCheck, Phase, given, settings, strategies as st
from shapes import Answer, answers, exact, json_values, leaves, places, wrong

from leadlex_async import DecodeError, Page, catalog
from leadlex_async._http import convert
from leadlex_async._http.wire import Response

if TYPE_CHECKING:
    from shapes import Place

    from leadlex_async._http.op import Op
    from leadlex_async._http.wire import JSONValue

OPS = {(str(each.op.returns), each.op.envelope): each.op for each in reversed(catalog.operations())}
READ = sorted((op for op in OPS.values() if op.returns is not NoneType), key=lambda op: op.label)
LABELS = {each.op.label: each.op for each in catalog.operations()}

each_op = pytest.mark.parametrize("op", READ, ids=lambda op: op.label)
# From the eleventh example on Hypothesis mutates what it has; on small spaces that walks in circles for seconds.
PHASES = [Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink]
quick = settings(deadline=None, phases=PHASES, suppress_health_check=[HealthCheck.too_slow])


def decode(op: Op[object], body: JSONValue) -> object:
    """Decode an answer."""
    return convert.decode(op, Response(200, {}, orjson.dumps(body)))


def refused(op: Op[object], body: JSONValue) -> DecodeError:
    """The error that an answer is refused with."""
    with pytest.raises(DecodeError) as caught:
        decode(op, body)
    return caught.value


@each_op
def test_what_is_documented_is_read(op: Op[object]) -> None:
    """Every generated value is in its attribute, with the documented type; what was left out has its default."""

    @settings(quick, max_examples=10)
    @given(answers(op))
    def check(answer: Answer) -> None:
        assert exact(decode(op, answer.body)) == exact(answer.value)

    check()


def broken(place: Place) -> list[JSONValue]:
    """What may not stand in a place: values of another type, and null where it means nothing."""
    return [*wrong(place.kind), *([None] if place.required else [])]


@each_op
def test_what_is_wrong_is_named(op: Op[object]) -> None:
    """A value of another type, or null where something is required, is refused with the path of its place."""

    @settings(quick, max_examples=3)
    @given(answers(op))
    def check(answer: Answer) -> None:
        for place in places(answer.place):
            value = place.value
            for bad in broken(place):
                place.put(bad)
                assert refused(op, answer.body).path == place.path
            place.put(value)

    check()


@each_op
def test_what_is_missing_is_named(op: Op[object]) -> None:
    """A required field that is not there is refused with the path where it should be."""

    @settings(quick, max_examples=5)
    @given(answers(op))
    def check(answer: Answer) -> None:
        for place in (each for each in places(answer.place) if each.named):
            value = place.value
            place.drop()
            assert refused(op, answer.body).path == place.named
            place.put(value)

    check()


@each_op
def test_a_refusal_tells_no_data(op: Op[object]) -> None:
    """What is in the answer, people's data, stays out of the message and of what hangs on the error."""

    @settings(quick, max_examples=5)
    @given(st.data(), answers(op))
    def check(data: st.DataObject, answer: Answer) -> None:
        place = data.draw(st.sampled_from([*places(answer.place)]))
        place.put(data.draw(st.sampled_from(broken(place))))
        error = refused(op, answer.body)
        secret = [text for text in leaves(answer.body) if not text.isascii()]  # words may be those of the path
        assert [text for text in [*secret, "7316529"] if text in f"{error} {error!r} {error.args}"] == []
        assert error.__cause__ is None
        assert error.__suppress_context__
        assert (error.operation, error.path in str(error)) == (op.label, True)

    check()


ODD: list[JSONValue] = [None, True, False, 2.0, 0.5, "2", "", [], [2], {}, {"page": 2}, 2, 0]
DEFAULTS = {"page": 1, "per_page": 0, "total": None}


@pytest.mark.parametrize("where", ["meta", "pagination"])
@pytest.mark.parametrize("name", DEFAULTS)
@pytest.mark.parametrize("value", ODD, ids=repr)
def test_an_odd_page_is_a_page(value: JSONValue, name: str, where: str) -> None:
    """Whatever an answer tells of its page, numbers are numbers, and what is none counts as not told."""
    told = DEFAULTS | ({name: value} if type(value) is int else {})
    for op in (op for op in READ if op.paged):
        data: dict[str, JSONValue] = {op.envelope: []}
        beside: dict[str, JSONValue] = {"data": data}
        (beside if where == "meta" else data)[where] = {name: value}
        page = cast("Page[object]", decode(op, beside))
        assert exact({key: getattr(page, key) for key in DEFAULTS}) == exact(told)


@pytest.mark.parametrize("where", ["meta", "pagination"])
@pytest.mark.parametrize("standing", [value for value in ODD if not isinstance(value, dict)], ids=repr)
def test_what_tells_of_a_page_may_be_anything(standing: JSONValue, where: str) -> None:
    """What is no object at all tells nothing."""
    for op in (op for op in READ if op.paged):
        data: dict[str, JSONValue] = {op.envelope: []}
        beside: dict[str, JSONValue] = {"data": data}
        (beside if where == "meta" else data)[where] = standing
        empty: Page[object] = Page([], 1, 0, None)
        assert exact(decode(op, beside)) == exact(empty)


def outcome(op: Op[object], body: bytes) -> DecodeError:
    """What becomes of a body: nothing but ``DecodeError`` is raised, and a success counts as one without fault."""
    try:
        convert.decode(op, Response(200, {}, body))
    except DecodeError as error:
        return error
    return DecodeError("", operation=op.label)


@pytest.mark.parametrize("label", LABELS)
def test_anything_is_an_answer_or_a_decode_error(label: str) -> None:
    """No bytes, no JSON and no payload raise anything else."""

    @settings(quick, max_examples=10)
    @given(st.binary(), json_values)
    def check(body: bytes, value: JSONValue) -> None:
        op = LABELS[label]
        envelope = cast("JSONValue", {op.envelope: value})
        for each in (body, *map(orjson.dumps, [value, {"data": value}, {"data": envelope}])):
            error = outcome(op, each)
            assert (error.operation, error.path[:1]) == (label, "$")

    check()


@pytest.mark.parametrize(
    "body", [b"[" * 2000, b'{"data":' + b"[" * 900 + b"]" * 900 + b"}", b'{"data":{"id":"\\ud800"}}']
)
def test_what_no_parser_likes_is_a_decode_error(body: bytes) -> None:
    """Depths and half characters are refused like anything else."""
    assert {op.label: outcome(op, body).operation for op in READ} == {op.label: op.label for op in READ}
