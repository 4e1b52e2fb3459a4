"""The sandbox's page over its socket: what it shows, what it decides, and for whom it does neither."""

from __future__ import annotations

import asyncio
import itertools
import re
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from leadlex_async import LeadLex, Plan, TransportError
from leadlex_async.sandbox import Fault, Sandbox, approve_after
from leadlex_async.sandbox.launches import propose

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PATHS = ("/", "/_sandbox/page.js", "/_sandbox/page.css", "/_sandbox/icon.svg", "/_sandbox/state")


@pytest.fixture
async def browser(sandbox: Sandbox) -> AsyncIterator[aiohttp.ClientSession]:
    """Whoever talks to the sandbox without a key."""
    async with aiohttp.ClientSession(sandbox.url) as browser:
        yield browser


async def started(sandbox: Sandbox, name: str = "Autumn", recipients: int = 150) -> str:
    """The task of a started campaign."""
    async with sandbox.client() as leadlex:
        started = await leadlex.campaigns.start(sandbox.add_campaign(name=name, recipients=recipients))
    return started.task_id or ""


async def state(browser: aiohttp.ClientSession, wanted: str = "") -> dict[str, Any]:
    """What the page would show."""
    async with browser.get("/_sandbox/state", params={"filter": wanted}) as answer:
        assert answer.status == 200
        shown: dict[str, Any] = await answer.json()
        return shown


async def told(sandbox: Sandbox, path: str, body: object = None, **changed: str | None) -> tuple[int, dict[str, Any]]:
    """The answer to what the page sends, with some headers changed or, where None, left out."""
    own = {"Origin": sandbox.url, "X-Sandbox-Page": "1", "Sec-Fetch-Site": "same-origin"}
    named = own | {name.replace("_", "-"): value for name, value in changed.items()}
    headers = {name: value for name, value in named.items() if value is not None}
    url = f"{sandbox.url}/_sandbox/tasks/{path}"
    async with aiohttp.ClientSession() as http, http.post(url, json=body, headers=headers) as answer:
        return answer.status, await answer.json()


@pytest.mark.parametrize("path", [*PATHS, "/_sandbox/nothing"])
async def test_every_answer_has_the_strict_headers(browser: aiohttp.ClientSession, path: str) -> None:
    """Scripts and styles are the sandbox's own only, and nobody else may show or read the page."""
    async with browser.get(path) as answer:
        assert answer.status == (404 if path.endswith("nothing") else 200)
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Access-Control-Allow-Origin" not in answer.headers


async def test_the_page_needs_nothing_from_elsewhere(browser: aiohttp.ClientSession) -> None:
    """All it names is in the package, and no script writes markup."""
    html, script, style = [await (await browser.get(path)).text() for path in PATHS[:3]]
    assert set(re.findall(r'(?:src|href)="([^#"]+)"', html)) == set(PATHS[1:4])
    assert "://" not in html + script + style
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(| on\w+=|style=", html + script)


async def test_head_is_answered_without_a_body(browser: aiohttp.ClientSession) -> None:
    """As for any page."""
    async with browser.head("/") as answer:
        assert (answer.status, await answer.read()) == (200, b"")


async def test_the_page_costs_nothing_and_is_not_logged() -> None:
    """Without a key, and where the quota is spent, the page is served; the log holds the requests to the API."""
    async with Sandbox(plan=Plan(1, 1)) as sandbox, aiohttp.ClientSession(sandbox.url) as browser:
        await started(sandbox)
        for path in PATHS:
            async with browser.get(path) as answer:
                assert answer.status == 200
        assert (await state(browser))["quota"] == {"minute": {"limit": 1, "left": 0}, "day": {"limit": 1, "left": 0}}
        assert [entry.path.rsplit("/", 1)[-1] for entry in sandbox.log] == ["start"]


async def test_the_paths_of_the_api_stay_its_own(sandbox: Sandbox, browser: aiohttp.ClientSession) -> None:
    """Whatever is not a path of the page goes to the API, under the vendor's prefix too."""
    for method, path in (("POST", "/"), ("GET", "/v1/lists"), ("GET", "/functions/v1/api-gateway/v1/lists")):
        async with browser.request(method, path) as answer:
            assert answer.status == 401
    async with browser.get("/openapi.json") as answer:
        assert answer.status == 200
    assert sandbox.count() == 3


async def test_tasks_are_decided(sandbox: Sandbox) -> None:
    """Approve and dismiss do what a person in LeadLex does; the reason is kept."""
    first, second, third = [await started(sandbox) for _ in range(3)]
    assert await told(sandbox, f"{first}/approve") == (200, {"data": {"task_id": first, "status": "approved"}})
    assert (await told(sandbox, f"{second}/dismiss", {"reason": " wrong list "}))[0] == 200
    assert (await told(sandbox, f"{third}/dismiss", {"reason": ""}))[0] == 200
    tasks = sandbox.tasks
    assert [(tasks[each].status, tasks[each].reason) for each in (first, second, third)] == [
        ("approved", None),
        ("dismissed", "wrong list"),
        ("dismissed", None),
    ]


async def test_what_cannot_be_decided_is_said_in_words(sandbox: Sandbox) -> None:
    """A task that is decided, one that is not there, and a reason that is no text."""
    task = await started(sandbox)
    status, answer = await told(sandbox, f"{task}/dismiss", {"reason": 1})
    assert (status, answer["error"]["message"]) == (400, "The reason must be text")
    sandbox.approve(task)
    status, answer = await told(sandbox, f"{task}/dismiss")
    assert (status, answer["error"]["message"]) == (400, "Task has already been approved")
    assert (await told(sandbox, "none/approve"))[0] == 404
    assert (await told(sandbox, f"{task}/explode"))[0] == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": None},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"X_Sandbox_Page": None},
        {"Host": "evil.example", "Origin": "http://evil.example"},
    ],
    ids=str,
)
async def test_no_other_page_decides(sandbox: Sandbox, headers: dict[str, str | None]) -> None:
    """Another origin, a form, another port of this machine, a name that leads here: all are refused."""
    task = await started(sandbox)
    status, answer = await told(sandbox, f"{task}/approve", **headers)
    assert (status, answer["error"]["code"]) == (403, "forbidden")
    assert sandbox.tasks[task].status == "pending"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:1234", 200),
        ("LOCALHOST", 200),
        ("127.0.0.2", 200),
        ("[::1]:80", 200),
        ("evil.example", 403),
        ("localhost.evil.example", 403),
        ("192.168.1.5", 403),
        ("[", 403),
    ],
)
async def test_only_names_of_this_machine_are_served(
    sandbox: Sandbox, browser: aiohttp.ClientSession, host: str, status: int
) -> None:
    """A name that somebody made lead here reads nothing: the state is full of names."""
    for path in PATHS:
        async with browser.get(path, headers={"Host": host}) as answer:
            assert answer.status == status
            if status == 403:
                assert f"Open this page as {sandbox.url}:" in await answer.text()


async def test_the_api_is_not_served_under_foreign_names(sandbox: Sandbox, browser: aiohttp.ClientSession) -> None:
    """A page of the internet whose name leads here could decide otherwise: any key is accepted."""
    task = await started(sandbox)
    count = sandbox.count()
    headers = {"Host": "evil.example", "Authorization": "Bearer wbk_any"}
    for method, path in (
        ("GET", "/v1/lexi/tasks"),
        ("POST", f"/v1/lexi/tasks/{task}/approve"),
        ("GET", "/openapi.json"),
    ):
        async with browser.request(method, path, headers=headers) as answer:
            assert answer.status == 403
    assert (sandbox.tasks[task].status, sandbox.count()) == ("pending", count)


async def test_an_address_that_is_none_is_refused(sandbox: Sandbox) -> None:
    """Whatever a proxy's client may send, the sandbox goes on."""
    host, port = sandbox.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"CONNECT [:1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert (await reader.readline()).split()[1] in {b"400", b"404"}
    writer.close()
    assert await started(sandbox)


async def test_the_agenda_moves_while_only_the_page_looks() -> None:
    """A scripted person decides though no request to the API comes."""
    clock = itertools.count(1_800_000_000, 60)
    sandbox = Sandbox(reviewer=approve_after(600), now=lambda: next(clock))
    async with sandbox, aiohttp.ClientSession(sandbox.url) as browser:
        await started(sandbox)
        assert (await state(browser))["campaigns"]["counts"] == {"pending_approval": 1}
        while (await state(browser))["tasks"]["total"]:
            pass
        assert (await state(browser))["campaigns"]["counts"] == {"active": 1}


async def test_what_is_shown_of_each_kind(sandbox: Sandbox, browser: aiohttp.ClientSession) -> None:
    """Tasks, campaigns, requests and deliveries, each in the words of the page."""
    sandbox.add_webhook("https://example.com/hook", ["task.created"])
    sandbox.fault(Fault("reset", operation="POST /v1/lists"))
    async with sandbox.client(max_retries=0) as leadlex:
        with pytest.raises(TransportError):
            await leadlex.lists.create(name="Clients")
    task = await started(sandbox, "Autumn")
    campaign = sandbox.tasks[task].campaign_id
    shown = await state(browser)
    at = shown["tasks"]["rows"][0]["at"]
    assert shown["tasks"]["rows"] == [{"id": task, "name": "Autumn", "recipients": 150, "about": campaign, "at": at}]
    assert shown["campaigns"]["rows"] == [
        {"id": campaign, "name": "Autumn", "about": campaign, "state": "pending_approval", "recipients": 150}
    ]
    assert [(row["name"], row["about"], row["state"]) for row in shown["requests"]["rows"]] == [
        (f"POST /v1/campaigns/{campaign}/start", None, "200"),
        ("POST /v1/lists", "fault: reset", "no answer"),
    ]
    delivery = shown["deliveries"]["rows"][-1]
    assert (delivery["name"], delivery["about"]) == ("task.created", "https://example.com/hook")
    assert shown["quota"] == {}


async def test_deliveries_tell_how_they_ended(sandbox: Sandbox, browser: aiohttp.ClientSession) -> None:
    """With the answer of the receiver, the next attempt, and also when the webhook is gone."""
    sandbox.add_webhook("https://example.com/hook", ["task.created"])
    statuses = iter([503, 200])
    async with sandbox.delivering(lambda _body, _headers: next(statuses)):
        await started(sandbox)
        while (await state(browser))["deliveries"]["total"] < 2:
            pass
        sandbox.advance(30)
        while "200" not in str((await state(browser))["deliveries"]["rows"]):
            pass
    rows = (await state(browser))["deliveries"]["rows"]
    assert [(row["about"], row["state"]) for row in rows] == [
        ("attempt 2, https://example.com/hook", "200"),
        ("https://example.com/hook", "503"),
    ]
    sandbox.store.webhooks.rows.clear()
    assert (await state(browser))["deliveries"]["rows"][1]["about"] == "a webhook that is gone"


async def test_tasks_in_no_list_are_not_shown(sandbox: Sandbox, browser: aiohttp.ClientSession) -> None:
    """The page shows what the API lists: not what is not visible yet, and not what has vanished."""
    sandbox.vanish(await started(sandbox))
    sandbox.visibility_delay = 60
    await started(sandbox)
    assert (await state(browser))["tasks"] == {"total": 0, "rows": []}


async def test_a_filter_finds_by_name_and_id(sandbox: Sandbox, browser: aiohttp.ClientSession) -> None:
    """Whatever the case, in all four lists; the counts stay those of everything."""
    wanted = await started(sandbox, "Straße")
    await started(sandbox, "Other")
    campaign = sandbox.tasks[wanted].campaign_id or ""
    for text in (" STRASSE ", wanted, campaign):
        shown = await state(browser, text)
        assert [row["id"] for row in shown["tasks"]["rows"]] == [wanted]
        assert (shown["tasks"]["total"], shown["campaigns"]["total"]) == (2, 2)
    shown = await state(browser, campaign)
    assert [row["id"] for row in shown["campaigns"]["rows"]] == [campaign]
    assert [campaign in row["name"] for row in shown["requests"]["rows"]] == [True]


async def test_a_list_counts_its_members(leadlex: LeadLex, browser: aiohttp.ClientSession) -> None:
    """A campaign to a list has as many people as the list."""
    people = await leadlex.lists.create(name="Clients")
    contact = await leadlex.contacts.create(full_name="Ada Byron")
    await leadlex.lists.add_contacts(people.id, contact_ids=[contact.id])
    await leadlex.campaigns.create(name="To the list", list_id=people.id, template="Hi")
    assert [row["recipients"] for row in (await state(browser))["campaigns"]["rows"]] == [1]


async def test_other_tasks_show_what_they_would_do(sandbox: Sandbox, browser: aiohttp.ClientSession) -> None:
    """A task that starts no campaign has no name but its description."""
    propose(sandbox, "prospect_search", "Find notaries in Basel", sandbox.now(), query="notaries")
    (row,) = (await state(browser))["tasks"]["rows"]
    assert (row["name"], row["about"], row["recipients"]) == ("Find notaries in Basel", "prospect_search", None)


async def test_a_big_world_stays_small(sandbox: Sandbox, browser: aiohttp.ClientSession) -> None:
    """Of 10,000 campaigns the 100 changed last are sent, of the tasks those that wait longest."""
    ids = [sandbox.add_campaign(name="n" * 10_000) for _ in range(10_000)]
    async with LeadLex(sandbox.api_key, base_url=sandbox.url, transport=sandbox.transport()) as leadlex:
        started = [(await leadlex.campaigns.start(each)).task_id for each in ids[:150]]
    async with browser.get("/_sandbox/state") as answer:
        assert len(await answer.read()) < 200_000
    shown = await state(browser)
    assert shown["campaigns"]["counts"] == {"draft": 9_850, "pending_approval": 150}
    assert [row["id"] for row in shown["campaigns"]["rows"]] == ids[149:49:-1]
    assert [row["id"] for row in shown["tasks"]["rows"]] == started[:100]
    assert len(shown["requests"]["rows"]) == 100
    assert shown["tasks"]["rows"][0]["name"].endswith("n… (10,000 characters)")


async def test_names_that_no_json_can_hold(sandbox: Sandbox, browser: aiohttp.ClientSession) -> None:
    """Half a surrogate pair is shown as a question mark."""
    sandbox.add_campaign(name="half \ud83d", id="\udc00")
    (row,) = (await state(browser))["campaigns"]["rows"]
    assert (row["name"], row["about"]) == ("half ?", "?")
