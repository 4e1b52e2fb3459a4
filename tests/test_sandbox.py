"""The sandbox, by its own interface and over a real socket."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Literal, cast

import aiohttp
import orjson
import pytest

from leadlex_async import catalog
from leadlex_async._http.plan import Plan
from leadlex_async._http.wire import JSONValue, Request
from leadlex_async.errors import ClientClosed, DecodeError, RequestTimeout, TransportError
from leadlex_async.sandbox import Fault, Refusal, Sandbox, approve_after, dismiss_after, fail_after
from leadlex_async.sandbox.clock import Agenda, Clock, iso
from leadlex_async.sandbox.routes import TABLE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from leadlex_async._http.wire import Response
    from leadlex_async.sandbox import TaskRow
    from leadlex_async.sandbox.decisions import Reviewer
    from leadlex_async.sandbox.faults import FaultKind

NOON = 1_772_020_800.0  # 2026-02-25T12:00:00Z
START = "POST /v1/campaigns/{id}/start"
TASKS = "GET /v1/lexi/tasks"


def at_noon(plan: Plan | str | None = None, reviewer: Reviewer | None = None, **options: float) -> Sandbox:
    """A sandbox whose clock stands still unless driven."""
    sandbox = Sandbox(plan=plan, reviewer=reviewer, now=lambda: NOON)
    for name, value in options.items():
        setattr(sandbox, name, value)
    return sandbox


def request(sandbox: Sandbox, method: str, path: str, body: object = None, **headers: str) -> Request:
    """A request record with a key."""
    named = {"Authorization": f"Bearer {sandbox.api_key}"} | {k.replace("_", "-"): v for k, v in headers.items()}
    return Request(method, sandbox.url + path, named, None if body is None else orjson.dumps(body))


def respond(sandbox: Sandbox, method: str, path: str, body: object = None, **headers: str) -> Response:
    """The response to a request, which must have one."""
    response = sandbox.handle(request(sandbox, method, path, body, **headers)).response
    assert response is not None
    return response


def ask(sandbox: Sandbox, method: str, path: str, body: object = None, **headers: str) -> tuple[int, JSONValue]:
    """Status of an answer, and what its ``data`` or its error code holds."""
    response = respond(sandbox, method, path, body, **headers)
    answer = orjson.loads(response.body or b"null")
    if response.status >= 400:
        return response.status, answer["error"]["code"]
    return response.status, answer and answer["data"]


def give(sandbox: Sandbox, method: str, path: str, body: object = None) -> dict[str, JSONValue]:
    """The ``data`` object of an answer that must succeed."""
    status, payload = ask(sandbox, method, path, body)
    assert status == 200
    assert isinstance(payload, dict)
    return payload


def rows(sandbox: Sandbox, path: str, name: str) -> list[dict[str, JSONValue]]:
    """The rows of a list."""
    found = give(sandbox, "GET", path)[name]
    assert isinstance(found, list)
    return [row for row in found if isinstance(row, dict)]


def task_ids(sandbox: Sandbox, status: str = "pending") -> list[JSONValue]:
    """The ids of the Lexi tasks of one status, as listed."""
    return [row["id"] for row in rows(sandbox, f"/v1/lexi/tasks?status={status}", "tasks")]


def start(sandbox: Sandbox, recipients: int = 150) -> tuple[str, str]:
    """A started campaign and the task that waits for a person."""
    campaign_id = sandbox.add_campaign(recipients=recipients)
    task_id = give(sandbox, "POST", f"/v1/campaigns/{campaign_id}/start")["task_id"]
    assert isinstance(task_id, str)
    return campaign_id, task_id


def people(sandbox: Sandbox, count: int) -> list[str]:
    """The ids of new contacts."""
    body = {"contacts": [{"full_name": f"Person {n:03}", "email": f"p{n}@example.com"} for n in range(count)]}
    created = give(sandbox, "POST", "/v1/contacts/bulk", body)["contacts"]
    assert isinstance(created, list)
    return [str(row["id"]) for row in created if isinstance(row, dict)]


def test_every_operation_has_a_route() -> None:
    """Each documented operation is carried out, once."""
    assert Counter(route.label for route in TABLE.routes) == Counter(each.op.label for each in catalog.operations())


def test_a_small_campaign_starts_at_once() -> None:
    """Up to the limit no person is asked."""
    sandbox = at_noon()
    campaign_id = sandbox.add_campaign(recipients=100)
    answer = give(sandbox, "POST", f"/v1/campaigns/{campaign_id}/start")
    assert answer == {"campaign_id": campaign_id, "status": "active", "task_id": None}
    assert sandbox.starts[campaign_id] == 1


def test_a_large_campaign_waits_for_a_person() -> None:
    """Above the limit a task asks for an approval, and names campaign and count."""
    sandbox = at_noon()
    campaign_id = sandbox.add_campaign(recipients=101, name="Q2")
    answer = give(sandbox, "POST", f"/v1/campaigns/{campaign_id}/start")
    assert answer["status"] == sandbox.campaigns[campaign_id].status == "pending_approval"
    assert rows(sandbox, "/v1/lexi/tasks", "tasks") == [
        {
            "id": answer["task_id"],
            "type": "campaign_start",
            "status": "pending",
            "description": "Start campaign 'Q2' for 101 contacts",
            "created_at": "2026-02-25T12:00:00.000Z",
            "metadata": {"campaign_id": campaign_id, "contact_count": 101},
        }
    ]


@pytest.mark.parametrize(
    ("status", "message"),
    [
        ("active", "Campaign is already active"),
        ("pending_approval", "Campaign is already pending approval"),
        ("completed", "Campaign is already completed"),
    ],
)
def test_what_runs_does_not_start_again(status: str, message: str) -> None:
    """A second start is refused with the state in its message, and counts nowhere."""
    sandbox = at_noon()
    campaign_id = sandbox.add_campaign(status=status)
    response = respond(sandbox, "POST", f"/v1/campaigns/{campaign_id}/start")
    assert response.status == 400
    assert orjson.loads(response.body) == {"error": {"code": "validation_error", "message": message}}
    assert not sandbox.starts


def test_start_refuses_the_empty_and_the_unknown() -> None:
    """Nobody to mail is bad input; an unknown campaign is not found."""
    sandbox = at_noon()
    assert ask(sandbox, "POST", f"/v1/campaigns/{sandbox.add_campaign(recipients=0)}/start") == (
        400,
        "validation_error",
    )
    assert ask(sandbox, "POST", "/v1/campaigns/none/start") == (404, "not_found")
    assert ask(sandbox, "GET", "/v1/campaigns/none") == (404, "campaign_not_found")


def test_pause_and_resume() -> None:
    """Only what is active pauses, and a start resumes it without asking again."""
    sandbox = at_noon()
    path = f"/v1/campaigns/{sandbox.add_campaign(status='active')}"
    paused = give(sandbox, "POST", f"{path}/pause")["campaign"]
    assert isinstance(paused, dict)
    assert (paused["status"], paused["paused_at"]) == ("paused", iso(NOON))
    assert ask(sandbox, "POST", f"{path}/pause") == (409, "campaign_not_active")
    assert give(sandbox, "POST", f"{path}/start")["status"] == "active"


def test_approve_launches_and_completes() -> None:
    """An approval launches the campaign; its task completes after the execution time."""
    sandbox = at_noon()
    campaign_id, task_id = start(sandbox)
    assert give(sandbox, "POST", f"/v1/lexi/tasks/{task_id}/approve")["execution_started"] is True
    assert sandbox.campaigns[campaign_id].status == "active"
    assert task_ids(sandbox, "approved") == [task_id]
    sandbox.advance(sandbox.execution)
    assert task_ids(sandbox, "completed") == [task_id]
    assert task_ids(sandbox, "approved") == task_ids(sandbox) == []


def test_dismiss_is_final() -> None:
    """A dismissed campaign is a draft again, and its task takes no other decision."""
    sandbox = at_noon()
    campaign_id, task_id = start(sandbox)
    give(sandbox, "POST", f"/v1/lexi/tasks/{task_id}/dismiss", {"reason": "testing"})
    assert (sandbox.campaigns[campaign_id].status, sandbox.tasks[task_id].reason) == ("draft", "testing")
    response = respond(sandbox, "POST", f"/v1/lexi/tasks/{task_id}/approve")
    assert orjson.loads(response.body)["error"]["message"] == "Task has already been dismissed"
    with pytest.raises(Refusal, match="already been dismissed"):
        sandbox.fail(task_id)


def nobody(_: TaskRow) -> None:
    """The reviewer who leaves everything to people."""


@pytest.mark.parametrize(
    ("reviewer", "task", "campaign"),
    [
        (approve_after(60), "completed", "active"),
        (dismiss_after(60, "duplicate"), "dismissed", "draft"),
        (fail_after(60), "failed", "draft"),
        (nobody, "pending", "pending_approval"),
    ],
)
def test_a_scripted_reviewer_decides_in_time(reviewer: Reviewer, task: str, campaign: str) -> None:
    """The reviewer's decision is carried out at its instant, however late it is looked at."""
    sandbox = at_noon(reviewer=reviewer)
    campaign_id, task_id = start(sandbox)
    sandbox.advance(59)
    assert sandbox.tasks[task_id].status == "pending"
    sandbox.advance(100)
    assert (sandbox.tasks[task_id].status, sandbox.campaigns[campaign_id].status) == (task, campaign)
    assert sandbox.tasks[task_id].decided_at == (None if task == "pending" else NOON + 60)


def test_a_person_may_be_faster_than_the_script() -> None:
    """A decision that comes too late changes nothing."""
    sandbox = at_noon(reviewer=dismiss_after(60))
    _, task_id = start(sandbox)
    sandbox.approve(task_id)
    sandbox.advance(60)
    assert sandbox.tasks[task_id].status == "completed"


def test_tasks_hide_when_told_to() -> None:
    """Late visibility, a vanished task, a capped list and a missing task id, each by its attribute."""
    sandbox = at_noon(visibility_delay=10, null_task_id=True)
    campaign_id = sandbox.add_campaign()
    assert give(sandbox, "POST", f"/v1/campaigns/{campaign_id}/start")["task_id"] is None
    assert task_ids(sandbox) == []
    sandbox.advance(10)
    (first,) = task_ids(sandbox)
    sandbox.null_task_id = False
    _, second = start(sandbox)
    sandbox.advance(10)
    assert task_ids(sandbox) == [second, first]
    sandbox.list_cap = 1
    assert task_ids(sandbox) == [second]
    sandbox.vanish(second)
    assert task_ids(sandbox) == [first]


def test_lists_follow_a_row_that_is_set_by_hand() -> None:
    """Setting a task's fields moves it between the lists."""
    sandbox = at_noon()
    _, task_id = start(sandbox)
    sandbox.tasks[task_id].status = "failed"
    assert (task_ids(sandbox), task_ids(sandbox, "failed")) == ([], [task_id])


def test_a_key_is_needed() -> None:
    """No key and a wrong one differ in their code; any key of LeadLex's form will do."""
    sandbox = at_noon()
    bare = Request("GET", f"{sandbox.url}/v1/lists", {})
    unknown = Request("GET", f"{sandbox.url}/v1/lists", {"authorization": "Bearer sk_1"})
    good = Request("GET", f"{sandbox.url}/v1/lists", {"authorization": "Bearer wbk_live_1"})
    answers = [sandbox.handle(each).response for each in (bare, unknown, good)]
    assert [answer.status for answer in answers if answer] == [401, 401, 200]
    assert [b"missing_auth" in answer.body for answer in answers if answer] == [True, False, False]


def test_unknown_paths_and_methods() -> None:
    """An unknown path is not found, a known one with another method not allowed; literal paths win."""
    sandbox = at_noon()
    assert ask(sandbox, "GET", "/") == (404, "not_found")
    assert ask(sandbox, "DELETE", "/v1/lists") == (405, "method_not_allowed")
    assert ask(sandbox, "POST", "/v1/contacts/bulk", {"contacts": []}) == (400, "validation_error")
    assert ask(sandbox, "GET", "/functions/v1/api-gateway/v1/lists") == (200, {"lists": []})


def test_no_plan_no_limits() -> None:
    """Without a plan nothing is refused and no header speaks of limits."""
    sandbox = at_noon()
    answers = [respond(sandbox, "GET", "/v1/lists") for _ in range(300)]
    assert {answer.status for answer in answers} == {200}
    assert set(answers[0].headers) == {"Date", "X-Request-ID", "Content-Type"}
    assert answers[0].headers["date"] == "Wed, 25 Feb 2026 12:00:00 GMT"


def test_the_minute_slides() -> None:
    """A plan's minute counts the last 60 seconds, and a refused request costs nothing."""
    sandbox = at_noon("starter", retry_after=True)
    assert [ask(sandbox, "GET", "/v1/lists")[0] for _ in range(9)] == [200] * 9
    sandbox.advance(30)
    assert [ask(sandbox, "GET", "/v1/lists")[0] for _ in range(3)] == [200, 429, 429]
    refused = respond(sandbox, "GET", "/v1/lists")
    assert refused.headers["X-RateLimit-Remaining"] == "90"
    assert refused.headers["Retry-After"] == "30"
    sandbox.advance(30)
    assert [ask(sandbox, "GET", "/v1/lists")[0] for _ in range(10)] == [200] * 9 + [429]


def test_the_day_resets_at_midnight() -> None:
    """A spent day stays spent until 00:00 UTC, and says so in the documented body."""
    sandbox = at_noon(Plan(None, 2))
    first = respond(sandbox, "GET", "/v1/lists")
    assert (first.headers["X-RateLimit-Limit"], first.headers["X-RateLimit-Remaining"]) == ("2", "1")
    assert first.headers["X-RateLimit-Reset"] == str(int(NOON) + 12 * 3600)
    respond(sandbox, "GET", "/v1/lists")
    refused = respond(sandbox, "GET", "/v1/lists")
    message = "Rate limit exceeded. Resets at 2026-02-26T00:00:00Z"
    assert orjson.loads(refused.body) == {"error": {"code": "rate_limited", "message": message}}
    assert refused.headers["X-RateLimit-Remaining"] == "0"
    sandbox.advance(12 * 3600)
    assert respond(sandbox, "GET", "/v1/lists").headers["X-RateLimit-Remaining"] == "1"


def test_a_campaign_of_real_contacts() -> None:
    """Recipients are the list's members and those enrolled by hand, each counted once."""
    sandbox = at_noon()
    members = people(sandbox, 60)
    others = people(sandbox, 41)
    list_id = give(sandbox, "POST", "/v1/lists", {"name": "A"})["id"]
    give(sandbox, "POST", f"/v1/lists/{list_id}/contacts", {"contact_ids": members})
    body = {"name": "Q3", "list_id": list_id, "template": "Hi {{name}}"}
    path = f"/v1/campaigns/{give(sandbox, 'POST', '/v1/campaigns', body)['id']}"
    added = give(sandbox, "POST", f"{path}/contacts", {"contact_ids": [*others, members[0], others[0]]})
    assert (added["added"], added["skipped"]) == (42, 1)
    task_id = give(sandbox, "POST", f"{path}/start")["task_id"]
    assert sandbox.tasks[str(task_id)].metadata["contact_count"] == 101
    sandbox.approve(str(task_id))
    assert give(sandbox, "GET", f"{path}/stats")["stats"] == pytest.approx(
        {**dict.fromkeys(STATS, 0), "sent_count": 101}
    )
    assert len(rows(sandbox, f"{path}/events?type=sent&per_page=100", "events")) == 100
    assert len(rows(sandbox, f"{path}/events?contact_id={members[0]}&from_date={iso(NOON)}", "events")) == 2
    assert rows(sandbox, f"{path}/contacts?status=pending", "contacts") == []


STATS = (
    *("sent_count", "opened_count", "clicked_count", "replied_count", "bounced_count", "unsubscribed_count"),
    *("open_rate", "click_rate", "reply_rate"),
)


def test_campaign_settings_and_steps() -> None:
    """Settings keep to their bounds, steps to their order, and only a draft is deleted."""
    sandbox = at_noon()
    path = f"/v1/campaigns/{sandbox.add_campaign()}"
    assert ask(sandbox, "PATCH", path, {"daily_send_limit": 501}) == (400, "invalid_send_limit")
    assert ask(sandbox, "PATCH", path, {"sending_timezone": "Mars/Base"}) == (400, "invalid_timezone")
    changed = give(sandbox, "PATCH", path, {"daily_send_limit": 75, "send_on_weekends": True})["campaign"]
    assert isinstance(changed, dict)
    assert (changed["daily_send_limit"], changed["send_on_weekends"]) == (75, True)
    steps = [give(sandbox, "POST", f"{path}/steps", {"subject": s, "body": "b"})["step"] for s in "ab"]
    assert isinstance(steps[0], dict)
    assert ask(sandbox, "POST", f"{path}/steps", {"subject": "c"}) == (400, "missing_required_field")
    first = f"{path}/steps/{steps[0]['id']}"
    assert ask(sandbox, "PATCH", first, {"send_condition": "never"}) == (400, "invalid_send_condition")
    give(sandbox, "PATCH", first, {"delay_days": 3, "subject": "z"})
    assert [(s["index"], s["subject"], s["delay_days"]) for s in rows(sandbox, f"{path}/steps", "steps")] == [
        (0, "z", 3),
        (1, "b", 0),
    ]
    give(sandbox, "DELETE", first)
    assert [s["index"] for s in rows(sandbox, f"{path}/steps", "steps")] == [0]
    assert ask(sandbox, "DELETE", first) == (404, "step_not_found")
    assert ask(sandbox, "DELETE", path)[0] == 200
    assert ask(sandbox, "DELETE", f"/v1/campaigns/{sandbox.add_campaign(status='active')}") == (
        409,
        "campaign_not_draft",
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"full_name": "Müller, Hans"}, ("Hans", "Müller", "Hans Müller")),
        ({"full_name": "Jean-Claude van Damme"}, ("Jean-Claude van", "Damme", "Jean-Claude van Damme")),
        ({"first_name": "Jane", "last_name": "Doe"}, ("Jane", "Doe", "Jane Doe")),
        ({"email": "hans.mueller+x@roche.com"}, ("Hans Mueller", "X", "Hans Mueller X")),
        ({"full_name": "Cher"}, ("Cher", "", "Cher")),
    ],
)
def test_names_are_derived(body: dict[str, str], expected: tuple[str, str, str]) -> None:
    """A contact's names come from each other, or from the e-mail."""
    created = give(at_noon(), "POST", "/v1/contacts", body)
    assert (created["first_name"], created["last_name"], created["full_name"]) == expected


def test_contacts_are_paged_searched_and_sorted() -> None:
    """Pages carry their meta; filters and sort work together."""
    sandbox = at_noon()
    people(sandbox, 120)
    page = orjson.loads(respond(sandbox, "GET", "/v1/contacts?page=2&per_page=500&sort=-full_name").body)
    assert page["meta"] == {"page": 2, "per_page": 100, "total": 120}
    assert [row["full_name"] for row in page["data"]["contacts"]][-1] == "Person 000"
    assert len(rows(sandbox, "/v1/contacts?search=P11@EX", "contacts")) == 1
    assert rows(sandbox, f"/v1/contacts?created_after={iso(NOON + 1)}", "contacts") == []
    assert ask(sandbox, "GET", "/v1/contacts?sort=shoe_size") == (400, "validation_error")
    assert ask(sandbox, "GET", "/v1/contacts?page=0") == (400, "validation_error")


def test_a_contact_keeps_what_it_was_given() -> None:
    """Priority is translated, dates out of range are replaced, the rest stays."""
    sandbox = at_noon()
    body = {
        "full_name": "Jane Doe",
        "priority": "high",
        "company": "Acme",
        "tags": ["VIP"],
        "created_date": "1999-01-01",
    }
    created = give(sandbox, "POST", "/v1/contacts", body)
    assert (created["priority"], created["created_date"]) == (1, iso(NOON))
    read = give(sandbox, "GET", f"/v1/contacts/{created['id']}?include=notes")
    assert (read["company"], read["tags"], read["recent_notes"]) == ("Acme", ["VIP"], [])
    assert "open_tasks" not in read
    assert ask(sandbox, "POST", "/v1/contacts", {"phone": "1"}) == (400, "validation_error")
    assert ask(sandbox, "POST", "/v1/contacts", {"email": 1}) == (400, "validation_error")
    assert ask(sandbox, "POST", "/v1/contacts/bulk", {"contacts": [{"email": "a@b.c"}]}) == (400, "validation_error")


def test_lists_know_their_members() -> None:
    """Names are unique, unknown ids refuse all and are named, members can leave."""
    sandbox = at_noon()
    list_id = give(sandbox, "POST", "/v1/lists", {"name": "A"})["id"]
    refused = orjson.loads(respond(sandbox, "POST", "/v1/lists", {"name": "A"}).body)
    assert refused["error"]["details"] == {"fields": {"name": "Must be unique"}}
    (contact_id,) = people(sandbox, 1)
    path = f"/v1/lists/{list_id}/contacts"
    refused = orjson.loads(respond(sandbox, "POST", path, {"contact_ids": [contact_id, "x"]}).body)
    assert refused["error"]["details"] == {"invalid_ids": ["x"]}
    assert give(sandbox, "POST", path, {"contact_ids": [contact_id]})["contact_count"] == 1
    assert [row["id"] for row in rows(sandbox, f"/v1/contacts?list_id={list_id}", "contacts")] == [contact_id]
    assert ask(sandbox, "DELETE", f"{path}/{contact_id}")[0] == 200
    assert ask(sandbox, "DELETE", f"{path}/{contact_id}") == (404, "membership_not_found")
    assert give(sandbox, "DELETE", f"/v1/lists/{list_id}")["memberships_removed"] == 0
    assert ask(sandbox, "DELETE", f"/v1/lists/{list_id}") == (404, "list_not_found")


def test_idempotency_keys_replay() -> None:
    """The same request gets the same answer and costs once; another one with its key is a conflict."""
    sandbox = at_noon()
    send = {"query": "Acme", "depth": "deep"}
    first = ask(sandbox, "POST", "/v1/lexi/autoresearch", send, Idempotency_Key="k")
    assert ask(sandbox, "POST", "/v1/lexi/autoresearch", send, Idempotency_Key="k") == first
    assert sandbox.credits == 5000 - 12
    other = ask(sandbox, "POST", "/v1/lexi/autoresearch", {"query": "B"}, Idempotency_Key="k")
    assert other == (409, "idempotency_conflict")
    sandbox.advance(86_400)
    assert ask(sandbox, "POST", "/v1/lexi/autoresearch", {"query": "B"}, Idempotency_Key="k")[0] == 200


def test_credits_run_out() -> None:
    """Without credits Lexi neither chats, researches nor writes."""
    sandbox = at_noon(credits=1)
    assert ask(sandbox, "POST", "/v1/lexi/autoresearch", {"query": "Acme"}) == (402, "insufficient_credits")
    assert ask(sandbox, "POST", "/v1/lexi/chat", {"message": "Hello"})[0] == 200
    assert ask(sandbox, "POST", "/v1/lexi/chat/stream", {"message": "fail"}) == (402, "insufficient_credits")


def test_lexi_chats_and_remembers() -> None:
    """A chat leaves a conversation, a search proposes a task, and both can be followed up."""
    sandbox = at_noon()
    reply = give(sandbox, "POST", "/v1/lexi/chat", {"message": "Find 20 CEOs"})
    assert reply["requires_approval"] is True
    assert task_ids(sandbox) == [reply["task_id"]]
    context = {"conversation_id": reply["conversation_id"]}
    assert give(sandbox, "POST", "/v1/lexi/chat", {"message": "Thanks", "context": context})["task_id"] is None
    path = f"/v1/lexi/conversations/{reply['conversation_id']}"
    assert len(rows(sandbox, path, "messages")) == 4
    assert len(rows(sandbox, f"{path}?limit=1", "messages")) == 1
    assert give(sandbox, "PATCH", path, {"title": "CEOs", "archived": True})["archived"] is True
    assert ask(sandbox, "PATCH", path, {}) == (400, "validation_error")
    assert rows(sandbox, "/v1/lexi/conversations", "conversations") == []
    assert len(rows(sandbox, "/v1/lexi/conversations?archived=true&search=thanks", "conversations")) == 1
    assert ask(sandbox, "DELETE", path) == (204, None)
    assert ask(sandbox, "GET", path) == (404, "not_found")


def test_lexi_drafts_an_email() -> None:
    """A draft speaks to its contact by name."""
    sandbox = at_noon()
    (contact_id,) = people(sandbox, 1)
    draft = give(sandbox, "POST", "/v1/lexi/personalize-email", {"contact_id": contact_id, "intent": "follow up"})
    assert str(draft["body_text"]).startswith("Dear Person,")
    assert ask(sandbox, "POST", "/v1/lexi/personalize-email", {"contact_id": "x", "intent": "y"}) == (404, "not_found")


def test_a_late_commit_lands_after_the_first_look() -> None:
    """A start whose answer was lost may take effect afterwards."""
    sandbox = at_noon()
    campaign_id = sandbox.add_campaign()
    fault = sandbox.fault(Fault("late", START, seconds=3))
    assert sandbox.handle(request(sandbox, "POST", f"/v1/campaigns/{campaign_id}/start")).response is None
    assert not sandbox.starts
    sandbox.advance(3)
    assert (sandbox.starts[campaign_id], fault.hits, len(task_ids(sandbox))) == (1, 1, 1)


@pytest.mark.parametrize(("when", "starts"), [("before", 0), ("after", 1)])
def test_a_fault_strikes_before_or_after_the_effect(when: Literal["before", "after"], starts: int) -> None:
    """The answer is lost either way; only the effect differs."""
    sandbox = at_noon()
    campaign_id = sandbox.add_campaign()
    sandbox.fault(Fault("status", START, when=when, status=503))
    assert ask(sandbox, "POST", f"/v1/campaigns/{campaign_id}/start") == (503, "service_unavailable")
    assert sandbox.starts[campaign_id] == starts


def test_faults_follow_their_script() -> None:
    """A fault waits for its operation, lets some pass, and ends."""
    sandbox = at_noon()
    sandbox.fault(Fault("status", TASKS, skip=1, times=2))
    assert ask(sandbox, "GET", "/v1/lists")[0] == 200
    assert [ask(sandbox, "GET", "/v1/lexi/tasks")[0] for _ in range(4)] == [200, 500, 500, 200]
    assert [entry.fault for entry in sandbox.log] == [None, None, "status", "status", None]
    assert (sandbox.count(TASKS), sandbox.count()) == (4, 5)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/lists", ["name"]),
        ("/v1/lists", {"name": 7}),
        ("/v1/lists", {}),
        ("/v1/lexi/conversations", None),
        ("/v1/lexi/chat", {"message": "Hi", "context": "campaign"}),
        ("/v1/lexi/chat/stream", {"message": "Hi", "allow_tools": "no"}),
        ("/v1/lexi/chat/stream", {"message": "x" * 12_001}),
        ("/v1/lexi/autoresearch", {"query": "x", "depth": "bottomless"}),
        ("/v1/lexi/autoresearch", {}),
        ("/v1/contacts", {"full_name": "x", "priority": "urgent"}),
        ("/v1/campaigns", {"name": "x", "list_id": "x"}),
    ],
)
def test_bad_input_is_refused(path: str, body: object) -> None:
    """Whatever does not fit the documented shape is a 4xx, never a crash."""
    status, code = ask(at_noon(), "POST", path, body)
    assert (status, code) in {(400, "validation_error"), (405, "method_not_allowed")}


def test_bad_json_and_bad_queries_are_refused() -> None:
    """Bytes that are no JSON, unknown words and dates in a query are the client's mistake."""
    sandbox = at_noon()
    broken = request(sandbox, "POST", "/v1/lists")
    broken.body = b"{"
    answer = sandbox.handle(broken).response
    assert answer is not None
    assert b"Invalid JSON body" in answer.body
    path = f"/v1/campaigns/{sandbox.add_campaign()}"
    assert ask(sandbox, "GET", f"{path}/events?type=eaten") == (400, "invalid_event_type")
    assert ask(sandbox, "GET", f"{path}/events?from_date=soon") == (400, "validation_error")
    assert ask(sandbox, "GET", "/v1/contacts?created_after=soon") == (400, "validation_error")
    people(sandbox, 1)
    assert ask(sandbox, "GET", "/v1/contacts?created_after=soon") == (400, "validation_error")
    assert ask(sandbox, "GET", "/v1/lexi/tasks?status=lost") == (400, "validation_error")


def test_enrollments_have_limits() -> None:
    """At most 500 at once, known ones only; one that is not in cannot be taken out."""
    sandbox = at_noon()
    path = f"/v1/campaigns/{sandbox.add_campaign(recipients=0)}"
    assert ask(sandbox, "POST", f"{path}/contacts", {"contact_ids": ["x"] * 501}) == (400, "too_many_contacts")
    assert ask(sandbox, "POST", f"{path}/contacts", {}) == (400, "missing_required_field")
    assert ask(sandbox, "POST", f"{path}/contacts", {"contact_ids": ["x"]}) == (400, "validation_error")
    (contact_id,) = people(sandbox, 1)
    give(sandbox, "POST", f"{path}/contacts", {"contact_ids": [contact_id], "source": "fair"})
    (row,) = rows(sandbox, f"{path}/contacts?status=pending", "contacts")
    assert (row["full_name"], row["status"], row["last_sent_at"]) == ("Person 000", "pending", None)
    assert give(sandbox, "DELETE", f"{path}/contacts/{contact_id}")["removed"] is True
    assert ask(sandbox, "DELETE", f"{path}/contacts/{contact_id}") == (404, "enrollment_not_found")


def test_a_person_decides_in_the_app() -> None:
    """Approve, dismiss and fail act like the person who does it; an unknown task is refused."""
    sandbox = at_noon()
    (_, approved), (_, dismissed), (campaign_id, failed) = (start(sandbox) for _ in range(3))
    sandbox.approve(approved)
    sandbox.dismiss(dismissed, "duplicate")
    sandbox.approve(failed)
    sandbox.fail(failed)
    assert sandbox.campaigns[campaign_id].status == "draft"
    sandbox.advance(60)
    assert [sandbox.tasks[each].status for each in (approved, dismissed, failed)] == [
        "completed",
        "dismissed",
        "failed",
    ]
    with pytest.raises(Refusal, match="Task not found"):
        sandbox.approve("x")


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/v1/contacts/x", "not_found"),
        ("DELETE", "/v1/lists/x/contacts/y", "list_not_found"),
        ("POST", "/v1/lists/x/contacts", "not_found"),
        ("GET", "/v1/campaigns/x/steps", "campaign_not_found"),
        ("POST", "/v1/lexi/tasks/x/approve", "not_found"),
        ("GET", "/v1/lexi/conversations/x", "not_found"),
    ],
)
def test_what_is_not_there(method: str, path: str, code: str) -> None:
    """Each page has its own code for a record that does not exist."""
    assert ask(at_noon(), method, path, {"contact_ids": ["c"]}) == (404, code)


def test_a_streamed_chat_goes_on() -> None:
    """A second message joins the conversation it names, and an unknown one is refused."""
    sandbox = at_noon()
    respond(sandbox, "POST", "/v1/lexi/chat/stream", {"message": "One", "context": {"contact_id": "c1"}})
    (row,) = rows(sandbox, "/v1/lexi/conversations?contact_id=c1", "conversations")
    again = {"message": "Two", "conversation_id": row["id"], "allow_tools": False}
    assert b"tool_step" not in respond(sandbox, "POST", "/v1/lexi/chat/stream", again).body
    assert len(rows(sandbox, f"/v1/lexi/conversations/{row['id']}", "messages")) == 4
    again["conversation_id"] = "x"
    assert ask(sandbox, "POST", "/v1/lexi/chat/stream", again) == (404, "conversation_not_found")
    long = {"title": "x" * 201}
    assert ask(sandbox, "PATCH", f"/v1/lexi/conversations/{row['id']}", long) == (400, "validation_error")


def test_a_campaign_needs_its_list() -> None:
    """A campaign on a list that does not exist is not found."""
    body = {"name": "Q2", "list_id": "x", "template": "Hi"}
    assert ask(at_noon(), "POST", "/v1/campaigns", body) == (404, "not_found")


def test_campaigns_are_listed() -> None:
    """The list holds the short form, with its own three counts."""
    sandbox = at_noon()
    campaign_id = sandbox.add_campaign(recipients=7, name="Q2", status="active")
    (row,) = rows(sandbox, "/v1/campaigns", "campaigns")
    expected = {"id": campaign_id, "name": "Q2", "status": "active", "list_id": None, "created_at": iso(NOON)}
    assert row == expected | {"stats": {"sent": 7, "opened": 0, "replied": 0}}


@pytest.mark.parametrize("kind", [401, "statsu", None, []])
def test_a_fault_of_an_unknown_kind_is_refused(kind: FaultKind) -> None:
    """A misspelt kind must not be a fault that never strikes."""
    with pytest.raises(ValueError, match=r"kind of a Fault is one of status, reset, .*unknown_status; not"):
        Fault(kind)
    with pytest.raises(ValueError, match="when of a Fault is one of before, after; not 'later'"):
        Fault("reset", when=cast("Literal['after']", "later"))


def test_a_429_by_fault_is_one_of_the_minute() -> None:
    """It shows that the day is not spent, and costs nothing."""
    sandbox = at_noon("pro", retry_after=True)
    sandbox.fault(Fault("status", status=429, seconds=7))
    refused = respond(sandbox, "GET", "/v1/lists")
    assert (refused.headers["X-RateLimit-Remaining"], refused.headers["Retry-After"]) == ("1000", "7")


def test_unknown_words_appear() -> None:
    """Every status in an answer can become a word nobody knows, while the effect stays."""
    sandbox = at_noon()
    campaign_id = sandbox.add_campaign()
    sandbox.fault(Fault("unknown_status", START))
    assert give(sandbox, "POST", f"/v1/campaigns/{campaign_id}/start")["status"] == "galactic"
    assert sandbox.campaigns[campaign_id].status == "pending_approval"


def test_the_clock_goes_forward_only() -> None:
    """Driving the clock back is a mistake of the caller."""
    with pytest.raises(ValueError, match="only goes forward"):
        Sandbox().advance(-1)


async def test_the_clock_follows_the_loop() -> None:
    """Outside and inside of loops the time goes on without a step back."""
    clock = Clock()
    before = clock.now()
    await asyncio.sleep(0.01)
    assert clock.now() >= before
    clock.advance(1000)
    assert await asyncio.to_thread(clock.now) >= before + 1000


def test_the_agenda_keeps_order() -> None:
    """What an entry brings about is settled in the same go, at its own instant."""
    agenda, seen = Agenda(), list[float]()
    agenda.add(2, seen.append)
    agenda.add(1, lambda at: agenda.add(at + 0.5, seen.append))
    agenda.settle(5)
    assert seen == [1.5, 2]


async def test_a_taken_port_is_an_error(live: Sandbox) -> None:
    """A port that is in use is the caller's to know, and the sandbox can be started elsewhere."""
    other = Sandbox()
    port = int(live.url.rpartition(":")[2])
    with pytest.raises(OSError, match="address already in use"):
        await other.start(port=port)
    await other.start()
    await other.stop()
    await other.stop()


@pytest.fixture
async def live() -> AsyncIterator[Sandbox]:
    """A sandbox on a socket."""
    async with Sandbox() as sandbox:
        yield sandbox


async def fetch(
    sandbox: Sandbox, method: str = "GET", path: str = "/v1/lists", timeout: float = 5
) -> tuple[int, bytes]:
    """Status and body over a connection of its own."""
    headers = {"Authorization": f"Bearer {sandbox.api_key}"}
    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=timeout)) as session,
        session.request(method, sandbox.url + path, headers=headers, allow_redirects=False) as response,
    ):
        return response.status, await response.read()


async def test_it_answers_on_a_socket(live: Sandbox) -> None:
    """The socket answers as the records do, and logs what came."""
    assert await fetch(live) == (200, b'{"data":{"lists":[]}}')
    assert await fetch(live, path="/v1/contacts/a%2Fb?include=notes") == (
        404,
        b'{"error":{"code":"not_found","message":"Contact not found"}}',
    )
    assert [(entry.path, entry.query, entry.status) for entry in live.log] == [
        ("/v1/lists", "", 200),
        ("/v1/contacts/a%2Fb", "include=notes", 404),
    ]


async def test_a_restart_keeps_the_port(live: Sandbox) -> None:
    """Stopped it refuses connections at once; started again it has its old address and its world."""
    url = live.url
    async with aiohttp.ClientSession() as session, session.get(f"{url}/v1/lists"):
        await asyncio.wait_for(live.stop(), 2)
    with pytest.raises(aiohttp.ClientConnectionError):
        await fetch(live)
    await live.start()
    assert live.url == url
    assert (await fetch(live))[0] == 200
    with pytest.raises(RuntimeError, match="listening already"):
        await live.start()


async def test_stop_ends_what_is_held(live: Sandbox) -> None:
    """A request that is never answered does not hold up the stop."""
    live.fault(Fault("timeout", seconds=600))
    held = asyncio.create_task(fetch(live, timeout=60))
    await asyncio.sleep(0.2)
    assert live.count() == 1
    await asyncio.wait_for(live.stop(), 2)
    with pytest.raises(aiohttp.ClientConnectionError):
        await held


@pytest.mark.parametrize("kind", ["reset", "late", "refused"])
async def test_a_dropped_connection(live: Sandbox, kind: FaultKind) -> None:
    """The client sees the server go away; aiohttp itself sends a GET again, so this is a POST."""
    live.fault(Fault(kind))
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await fetch(live, "POST")
    assert (await fetch(live))[0] == 200


async def test_a_truncated_body(live: Sandbox) -> None:
    """The connection is cut in the middle of the announced body."""
    live.fault(Fault("truncated"))
    with pytest.raises(aiohttp.ClientPayloadError):
        await fetch(live)


async def test_slow_and_never(live: Sandbox) -> None:
    """A slow answer comes, one that is held runs into the client's timeout."""
    live.fault(Fault("slow", seconds=0.05))
    assert (await fetch(live))[0] == 200
    live.fault(Fault("timeout"))
    with pytest.raises(TimeoutError):
        await fetch(live, timeout=0.05)


async def test_answers_that_are_none(live: Sandbox) -> None:
    """A web page, bytes that are no JSON, a redirect and a huge answer."""
    for fault in (
        Fault("html", status=502),
        Fault("html"),
        Fault("garbage"),
        Fault("redirect"),
        Fault("huge", size=2**20),
    ):
        live.fault(fault)
    answers = [await fetch(live) for _ in range(5)]
    assert [status for status, _ in answers] == [502, 200, 200, 307, 200]
    assert answers[1][1].startswith(b"<!doctype html>")
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(answers[2][1])
    assert len(answers[4][1]) > 2**20
    assert orjson.loads(answers[4][1])


async def stream(sandbox: Sandbox, message: str) -> bytes:
    """The event stream of a chat, over a socket."""
    headers = {"Authorization": f"Bearer {sandbox.api_key}", "Accept": "text/event-stream"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(f"{sandbox.url}/v1/lexi/chat/stream", json={"message": message}) as response,
    ):
        assert response.content_type == "text/event-stream"
        return await response.read()


async def test_a_chat_streams(live: Sandbox) -> None:
    """Thoughts, tool steps, text and the end come in order."""
    body = await stream(live, "Hello")
    names = [line.removeprefix(b"event: ") for line in body.splitlines() if line.startswith(b"event: ")]
    assert names == [b"thinking", b"tool_step", b"tool_step", b"text", b"text", b"done"]
    assert body.endswith(b"data: [DONE]\n\n")
    (row,) = rows(live, "/v1/lexi/conversations", "conversations")
    messages = rows(live, f"/v1/lexi/conversations/{row['id']}?include_tool_steps=true", "messages")
    assert [message["role"] for message in messages] == ["user", "tool", "assistant"]


async def test_a_chat_that_fails(live: Sandbox) -> None:
    """A failure after the headers comes as an event after some text."""
    body = await stream(live, "fail")
    assert b"event: text" in body
    assert b"event: error" in body
    assert b"event: done" not in body


async def test_in_process_answers() -> None:
    """The transport answers without a socket, and streams in pieces."""
    sandbox = Sandbox(latency=0.01)
    transport = sandbox.transport()
    assert (await transport.send(request(sandbox, "GET", "/v1/lists"))).body == b'{"data":{"lists":[]}}'
    async with transport.open(request(sandbox, "POST", "/v1/lexi/chat/stream", {"message": "Hi"})) as opened:
        pieces = [piece async for piece in opened.chunks]
    assert len(pieces) > 1
    assert b"".join(pieces).endswith(b"data: [DONE]\n\n")
    await transport.aclose()
    with pytest.raises(ClientClosed):
        await transport.send(request(sandbox, "GET", "/v1/lists"))


async def test_in_process_faults() -> None:
    """Each delivery becomes the error that a socket would have led to."""
    sandbox = Sandbox()
    transport = sandbox.transport()
    hurried = request(sandbox, "GET", "/v1/lists")
    hurried.timeout = 0.01
    for fault, error in (
        (Fault("reset"), TransportError),
        (Fault("truncated"), TransportError),
        (Fault("timeout"), RequestTimeout),
        (Fault("slow"), RequestTimeout),
        (Fault("timeout", seconds=0), TransportError),
        (Fault("huge"), DecodeError),
    ):
        sandbox.fault(fault)
        with pytest.raises(error):
            await transport.send(hurried)
    assert sandbox.count() == 6
    sandbox.fault(Fault("refused"))
    with pytest.raises(TransportError) as refused:
        await transport.send(hurried)
    assert (refused.value.sent, sandbox.count()) == (False, 6)
    sandbox.fault(Fault("huge", size=100))
    assert len((await transport.send(hurried)).body) > 100


async def test_a_stream_cut_in_process() -> None:
    """A truncated stream breaks after its first pieces."""
    sandbox = Sandbox()
    sandbox.fault(Fault("truncated", when="after"))
    opening = request(sandbox, "POST", "/v1/lexi/chat/stream", {"message": "Hi"})
    async with sandbox.transport().open(opening) as opened:
        with pytest.raises(TransportError):
            assert [piece async for piece in opened.chunks]
