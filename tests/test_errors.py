"""Errors: which class for which answer, what they carry, how they print and travel."""

from __future__ import annotations

import copy
import inspect
import pickle
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

import orjson
import pytest
from multidict import CIMultiDict

from leadlex_async import errors
from leadlex_async._http import faults, retry
from leadlex_async._http.wire import Response
from leadlex_async.approvals.launch import Launch, Outcome
from leadlex_async.approvals.ticket import LaunchTicket
from leadlex_async.errors import (
    AmbiguousReference,
    APIError,
    Candidate,
    DecodeError,
    LeadLexError,
    RateLimited,
    TransportError,
    ValidationError,
)
from leadlex_async.models.campaigns import CampaignStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

GET = "GET /v1/campaigns/{id}"
START = "POST /v1/campaigns/{id}/start"
NOON = datetime(2026, 2, 25, 12, tzinfo=UTC)


def answered(status: int, body: bytes = b"", operation: str = GET, **headers: str) -> LeadLexError:
    """The error of an answer."""
    named = CIMultiDict({name.replace("_", "-"): value for name, value in headers.items()})
    return faults.error_from(Response(status, named, body), operation)


def said(
    status: int, code: str, message: str = "No", details: object = None, operation: str = GET, **headers: str
) -> LeadLexError:
    """The error of an answer with the API's error body."""
    error = {"code": code, "message": message} | ({"details": details} if details is not None else {})
    return answered(status, orjson.dumps({"error": error}), operation, **headers)


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "validation_error", "ValidationError"),
        (400, "too_many_contacts", "ValidationError"),
        (400, "ambiguous_reference", "AmbiguousReference"),
        (401, "missing_auth", "AuthenticationError"),
        (401, "invalid_key", "AuthenticationError"),
        (401, "revoked_key", "AuthenticationError"),
        (402, "insufficient_credits", "InsufficientCredits"),
        (403, "insufficient_permissions", "PermissionDenied"),
        (403, "admin_key_required", "PermissionDenied"),
        (404, "campaign_not_found", "NotFound"),
        (405, "method_not_allowed", "APIError"),
        (408, "timeout", "APIError"),
        (409, "campaign_not_draft", "Conflict"),
        (409, "no_match", "Conflict"),
        (413, "payload_too_large", "PayloadTooLarge"),
        (418, "teapot", "APIError"),
        (422, "validation_error", "ValidationError"),
        (429, "rate_limited", "RateLimited"),
        (500, "internal_error", "ServerError"),
        (502, "provider_error", "ServerError"),
        (503, "service_unavailable", "ServerError"),
        (504, "research_timeout", "ServerError"),
        (599, "strange", "ServerError"),
    ],
)
def test_an_answer_has_its_class(status: int, code: str, kind: str) -> None:
    """Status and code choose the class; all that is known is kept."""
    error = said(status, code, "Not so.", X_Request_ID="req_1")
    assert type(error).__name__ == kind
    known = (error.status, error.code, error.message, error.request_id, error.operation)
    assert known == (status, code, "Not so.", "req_1", GET)
    assert str(error).startswith(f"{GET}: Not so ({status} {code} request req_1)")


@pytest.mark.parametrize("status", [300, 301, 302, 304, 307, 308])
def test_a_redirect_is_an_error(status: int) -> None:
    """Redirects are told, with their target, and not followed."""
    error = answered(status, Location="https://elsewhere.test/x?k=wbk_secret")
    assert type(error) is APIError
    assert error.code == "redirect"
    assert "https://elsewhere.test/x?k=wbk_***" in str(error)
    assert "elsewhere" in str(answered(status))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<!doctype html><h1>Bad gateway</h1>",
        b"null",
        b"[]",
        b'"no"',
        b"7",
        b"{}",
        b'{"error":null}',
        b'{"error":"no"}',
        b'{"error":[1]}',
        b'{"message":"no"}',
        b'{"error":',
        b"\xff\xfe",
    ],
)
@pytest.mark.parametrize(("status", "kind"), [(400, "ValidationError"), (429, "RateLimited"), (502, "ServerError")])
def test_a_body_that_is_not_the_apis(status: int, kind: str, body: bytes) -> None:
    """Whatever a proxy sends in between, the status still tells."""
    error = answered(status, body, Content_Type="text/html; charset=utf-8")
    assert type(error).__name__ == kind
    assert error.code is None
    assert "text/html" in str(error)


@pytest.mark.parametrize(
    "error",
    [
        {},
        {"code": 7, "message": 7, "details": 7},
        {"code": None, "message": None, "details": None},
        {"code": "", "message": "", "details": []},
        {"code": "x", "message": "m", "details": {"fields": ["email"], "invalid_ids": "c-1"}},
    ],
)
def test_an_error_body_of_wrong_types(error: object) -> None:
    """Parts of the wrong type are left out, the error is still the one of the status."""
    caught = answered(400, orjson.dumps({"error": error}))
    assert isinstance(caught, ValidationError)
    assert caught.message
    assert (caught.fields, caught.invalid_ids) == ({}, ())


def test_details_of_bad_input() -> None:
    """The fields and ids that the API names are kept."""
    error = said(400, "validation_error", details={"fields": {"email": "Invalid", "age": 3}, "invalid_ids": ["a", 7]})
    assert isinstance(error, ValidationError)
    assert error.fields == {"email": "Invalid", "age": "3"}
    assert error.invalid_ids == ("a", "7")
    assert ValidationError("x").fields == {}


@pytest.mark.parametrize(
    ("message", "candidates"),
    [
        ("'Ann' matches 2: Ann Lee (c-1), Ann Roe (c-2)", [("c-1", "Ann Lee"), ("c-2", "Ann Roe")]),
        ("Several match: Ann Lee [id: c-1]; Ann Roe [id=c-2]", [("c-1", "Ann Lee"), ("c-2", "Ann Roe")]),
        ("Several match: Huber, Meier (Basel) (c-1), Roth (c-2)", [("c-1", "Huber, Meier (Basel)"), ("c-2", "Roth")]),
        ("Several records match", []),
    ],
)
def test_candidates_of_an_ambiguous_name(message: str, candidates: list[tuple[str, str]]) -> None:
    """The records that a name may have meant stand in the message only."""
    error = said(400, "ambiguous_reference", message)
    assert isinstance(error, AmbiguousReference)
    assert error.candidates == tuple(Candidate(*found) for found in candidates)
    assert "candidates" in str(error)


@pytest.mark.parametrize(
    ("status", "message", "operation", "kind"),
    [
        (400, "Campaign is already active", START, "AlreadyStarted"),
        (400, "Campaign already running", START, "AlreadyStarted"),
        (400, "campaign has ALREADY been started", START, "AlreadyStarted"),
        (400, "Campaign is running", START, "AlreadyStarted"),
        (400, "Already pending approval", START, "AlreadyStarted"),
        (409, "Campaign is already active", START, "AlreadyStarted"),
        (400, "Campaign has no contacts", START, "ValidationError"),
        (400, "A list with this name already exists", START, "ValidationError"),
        (404, "Campaign is already active", START, "NotFound"),
        (400, "Campaign is already active", GET, "ValidationError"),
        (400, "Task has already been approved", "POST /v1/lexi/tasks/{id}/approve", "ValidationError"),
    ],
)
def test_already_started_is_said_of_a_start_only(status: int, message: str, operation: str, kind: str) -> None:
    """Only the message tells a campaign under way from an empty one."""
    assert type(said(status, "validation_error", message, operation=operation)).__name__ == kind


@pytest.mark.parametrize(
    ("headers", "scope"),
    [
        ({"X_RateLimit_Remaining": "7"}, "minute"),
        ({"X_RateLimit_Remaining": "0"}, "day"),
        ({"X_RateLimit_Remaining": "many"}, None),
        ({}, None),
    ],
)
def test_the_scope_of_a_limit(headers: dict[str, str], scope: str | None) -> None:
    """What is left of the day tells a spent minute from a spent day."""
    error = said(429, "rate_limited", **headers)
    assert isinstance(error, RateLimited)
    assert (error.scope, error.daily) == (scope, scope == "day")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("17", 17.0),
        (" 0 ", 0.0),
        ("Wed, 25 Feb 2026 12:00:30 GMT", 30.0),
        ("Wed, 25 Feb 2026 11:00:00 GMT", 0.0),
        ("Wed, 25 Feb 2026 12:00:30 -0000", None),
        ("soon", None),
        ("", None),
        ("-5", None),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    """Seconds, or a date that is read by the server's own clock; anything else says nothing."""
    error = said(503, "x", Retry_After=value, Date="Wed, 25 Feb 2026 12:00:00 GMT")
    assert isinstance(error, APIError)
    assert error.retry_after == seconds


def test_retry_after_without_the_servers_date() -> None:
    """Without ``Date`` this machine's clock has to do."""
    error = said(503, "x", Retry_After="Wed, 25 Feb 2026 12:00:30 GMT")
    assert isinstance(error, APIError)
    assert error.retry_after == 0.0


@pytest.mark.parametrize(
    ("message", "header", "reset_at"),
    [
        ("Rate limit exceeded. Resets at 2026-02-25T12:00:00Z", None, NOON),
        ("Resets at 2026-02-25T12:00:00.000Z.", None, NOON),
        ("Resets at 2026-02-25T13:00:00+01:00", None, NOON),
        ("Resets at 2026-02-25T12:00:00", None, NOON),
        ("Resets at 2026-02-25T00:00:00Z", str(int(NOON.timestamp())), NOON),
        ("Resets soon", "nan", None),
        ("Resets soon", "1e99", None),
        ("Resets soon", "", None),
        ("Resets at 2026-02-24T24:00:00Z", None, None),
        ("Resets at 2026-02-30T00:00:00Z", None, None),
    ],
)
def test_when_a_limit_is_over(message: str, header: str | None, reset_at: datetime | None) -> None:
    """The header tells, else the message."""
    headers = {} if header is None else {"X_RateLimit_Reset": header}
    error = said(429, "rate_limited", message, **headers)
    assert isinstance(error, RateLimited)
    if reset_at is not None:
        assert error.reset_at == reset_at


TICKET = LaunchTicket(
    campaign_id="cmp", base_url="https://x.test", started_at=NOON, task_id="t", status=CampaignStatus("galactic")
)
LAUNCH = Launch(campaign_id="cmp", task_id="t", outcome=Outcome.DISMISSED, ticket=TICKET, started_at=NOON, polls=3)
CLASSES = [kind for name in errors.__all__ if isinstance(kind := getattr(errors, name), type) and name != "Candidate"]


def build(kind: type[LeadLexError], message: str = "It did not work") -> LeadLexError:
    """An error with everything that its class can carry."""
    error = kind(message)
    error.status, error.code, error.request_id, error.operation = 499, "code", "req_1", GET
    known = {
        "fields": {"a": "b"},
        "invalid_ids": ("x",),
        "candidates": (Candidate("c-1", "Ann"),),
        "scope": "day",
        "reset_at": NOON,
        "retry_after": 3.0,
        "path": "$.data",
        "sent": False,
        "permanent": True,
        "ticket": TICKET,
        "launch": LAUNCH,
        "seen": "a draft",
    }
    for name, value in known.items():
        if hasattr(error, name):
            setattr(error, name, value)
    return error


def lines(kind: type[BaseException] = LeadLexError) -> Iterator[type[BaseException]]:
    """The classes of the tree from the root down, in no particular order."""
    yield kind
    for child in kind.__subclasses__():
        yield from lines(child)


@pytest.mark.parametrize("kind", CLASSES)
def test_an_error_travels_whole(kind: type[LeadLexError]) -> None:
    """Pickled, copied or deeply copied, an error keeps class, attributes and text."""
    error = build(kind)
    error.add_note("seen on the way")
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):  # noqa: S301 - our own
        assert type(twin) is kind
        assert vars(twin) == vars(error)
        assert (str(twin), twin.args) == (str(error), error.args)


@pytest.mark.parametrize("kind", CLASSES)
def test_an_error_prints_as_one_line(kind: type[LeadLexError]) -> None:
    """Operation, message, facts and hint stand in one line, whatever the message holds."""
    text = str(build(kind, "First\r\n\tsecond\x0b\u2028third.\n"))
    assert len(text.splitlines()) == 1
    assert text.startswith(f"{GET}: First second third")
    assert "(499 code request req_1)" in text
    assert text.endswith(build(kind).hint)


@pytest.mark.parametrize("kind", CLASSES)
def test_an_error_says_what_it_means(kind: type[LeadLexError]) -> None:
    """Each class has a docstring of its own, and a message of its own suffices to build it."""
    assert inspect.getdoc(kind)
    assert kind.__dict__["__doc__"]
    assert str(kind("m")).startswith("m")


def test_the_tree_drawn_is_the_tree() -> None:
    """The drawing in the module's docstring shows each class under its base."""
    drawn: dict[str, str] = {}
    above: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        branch, mark, rest = line.partition("── ")
        name = (rest if mark else line).split("  ")[0 if mark else 2 if line.startswith("    L") else 0].strip()
        if not mark and name != "LeadLexError":
            continue
        depth = (len(branch) - 5) // 4 + 1 if mark else 0
        above[depth:] = [name]
        drawn[name] = above[depth - 1] if depth else ""
    real = {
        kind.__name__: next((base.__name__ for base in kind.__bases__ if issubclass(base, LeadLexError)), "")
        for kind in lines()
        if kind.__module__ == errors.__name__
    }
    assert drawn == real
    assert {*drawn, "Candidate"} == set(errors.__all__)


def test_timeouts_are_timeouts() -> None:
    """Whoever catches the standard ``TimeoutError`` catches these two."""
    assert issubclass(errors.RequestTimeout, TimeoutError)
    assert issubclass(errors.ApprovalTimeout, TimeoutError)
    assert not issubclass(TransportError, TimeoutError)


@pytest.mark.parametrize(
    ("error", "ambiguous", "passing"),
    [
        (TransportError("x"), True, True),
        (TransportError("x", sent=False), False, True),
        (TransportError("x", sent=False, permanent=True), False, False),
        (errors.RequestTimeout("x"), True, True),
        (DecodeError("x"), True, False),
        (said(500, "x"), True, True),
        (said(408, "x"), True, True),
        (answered(307), True, False),
        (said(429, "x", X_RateLimit_Remaining="3"), False, True),
        (said(429, "x", X_RateLimit_Remaining="0"), False, False),
        (said(429, "x"), False, True),
        (said(400, "x"), False, False),
        (said(401, "x"), False, False),
        (errors.ClientClosed("x"), False, False),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_what_may_be_sent_again(error: LeadLexError, *, ambiguous: bool, passing: bool) -> None:
    """Whether a request may have been carried out, and whether another try may help."""
    assert (retry.ambiguous(error), retry.passing(error)) == (ambiguous, passing)


def test_pauses_grow_and_keep_to_retry_after() -> None:
    """Between half a second and ten, longer where the server says so, none after a 429."""
    pauses = retry.pauses()
    next(pauses)
    given = [cast("float", pauses.send(TransportError("x"))) for _ in range(6)]
    for pause, least in zip(given, [0.5, 1, 2, 4, 8, 8], strict=True):
        assert least <= pause <= least * 1.25
    assert pauses.send(said(429, "x")) == 0
    assert pauses.send(said(503, "x", Retry_After="60")) == 60
