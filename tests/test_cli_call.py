"""``leadlex call``: typed arguments, and what is printed of the answers."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import signal
from io import StringIO
from subprocess import PIPE
from typing import TYPE_CHECKING, Protocol

import click
import pytest
from terminals import Here, ended_here, golden, program, terminal
from test_cli import PROGRAM, Program, ended, until

from leadlex_async import catalog
from leadlex_async.cli.calling import Order, as_event, carry_out
from leadlex_async.cli.given import arguments_of
from leadlex_async.cli.operations import call_of, names, parameters
from leadlex_async.models.lexi import UnknownChatEvent
from leadlex_async.sandbox import Fault, Sandbox

if TYPE_CHECKING:
    from pathlib import Path

    from leadlex_async.cli.options import Form

    class Called(Protocol):
        """Calls a method with ``key=value``."""

        async def __call__(
            self, method: str, *assignments: str, form: Form = "people", limit: int | None = None
        ) -> tuple[str, str]:
            """What is printed on stdout and on stderr."""
            ...


__all__ = ["ended_here"]
HOSTILE = "<b>\x1b[2J\x9b31m\u202eevil\x07"


@pytest.fixture
def leadlex(sandbox: Sandbox) -> Program:
    """The program, set up for the sandbox."""
    return program(sandbox)


def given(method: str, *assignments: str) -> dict[str, object]:
    """The arguments that are read."""
    call = call_of(method)
    assert call is not None
    return arguments_of(method, assignments, parameters(call.operation, call.method))


@pytest.mark.parametrize(
    ("method", "assignment", "value"),
    [
        ("contacts.list", "page=2", 2),
        ("contacts.list", "search=a=b, c", "a=b, c"),
        ("contacts.list", "search=", ""),
        ("contacts.list", "sort=-full_name", "-full_name"),
        ("contacts.list", "created_after=2026-01-31", "2026-01-31"),
        ("contacts.list", "created_after=2026-01-31T09:00:00+01:00", "2026-01-31T09:00:00+01:00"),
        ("contacts.create", "priority=2", 2),
        ("contacts.create", "tags=a, b,,c", ["a", "b", "c"]),
        ("contacts.create", 'tags:=["a,b"]', ["a,b"]),
        ("contacts.update", "email:=null", None),
        ("contacts.create", 'custom_fields={"x": [1, null]}', {"x": [1, None]}),
        ("contacts.create_many", 'contacts={"full_name": "A"}', [{"full_name": "A"}]),
        ("contacts.create_many", 'contacts=[{"full_name": "A"}]', [{"full_name": "A"}]),
        ("deals.create", "probability=12.5", 12.5),
        ("deals.update", "closed_date:=null", None),
        ("email.list_threads", "per_page=5", 5),
        ("notes.list", "is_pinned=true", True),
        ("lexi.get_conversation", "include_tool_steps=False", False),
        ("lexi.chat_stream", 'context={"deal_id": "d"}', {"deal_id": "d"}),
        ("lexi.autoresearch", "sources=crm,web", ["crm", "web"]),
        ("lexi.autoresearch", "idempotency_key=once", "once"),
        ("lexi.list_tasks", 'status:="novel"', "novel"),
        ("contacts.export", "tag=a,b", ["a", "b"]),
    ],
)
def test_values(method: str, assignment: str, value: object) -> None:
    """Values are read by the type that the catalog has for them."""
    known = catalog_without_needs(method)
    read = arguments_of(method, [assignment], known)
    assert [*read.values()] == [value]
    assert type(next(iter(read.values()))) is type(value)


def catalog_without_needs(method: str) -> dict[str, catalog.Parameter]:
    """What a method takes, none of it required."""
    call = call_of(method)
    assert call is not None
    known = parameters(call.operation, call.method)
    return {name: catalog.Parameter(name, each.place, each.type, required=False) for name, each in known.items()}


@pytest.mark.parametrize(
    ("method", "assignments", "expected"),
    [
        ("contacts.create", ["emial=x"], "contacts.create has no parameter 'emial'; did you mean email?"),
        ("contacts.create", ["qqq=x"], "has no parameter 'qqq'; it has: full_name, first_name"),
        ("tags.list", ["x=1"], "tags.list has no parameter 'x'; it has: none"),
        ("contacts.get", [], "contacts.get needs id: add id=VALUE"),
        ("contacts.merge", [], "needs primary_id, duplicate_ids: add primary_id=VALUE duplicate_ids=VALUE"),
        ("contacts.get", ["c-1"], "'c-1' is no KEY=VALUE: write id=VALUE"),
        ("contacts.list", ["x"], "'x' is no KEY=VALUE: write KEY=VALUE"),
        ("contacts.get", ["id=a", "id=b"], "id is given 2 times, and is no list"),
        ("contacts.create", ["tags=a", 'tags:=["b"]'], "tags is given with = and with :="),
        ("contacts.list", ["page=ten"], "page must be a whole number, not 'ten'"),
        ("contacts.list", ["page=1_0"], "page must be a whole number, not '1_0'"),
        ("deals.create", ["name=x", "probability=inf"], "probability must be a number, not 'inf'"),
        ("deals.create", ["name=x", "probability=1e999"], "probability must be a number"),
        ("deals.update", ["id=d", "estimated_value:=NaN"], "estimated_value is no JSON: NaN is no number"),
        ("deals.update", ["id=d", "estimated_value:=1e999"], "estimated_value must be a number"),
        ("contacts.create", ['custom_fields={"a": Infinity}'], "must be a JSON object (Infinity is no number"),
        ("contacts.list", ["sort=full_nam"], "full_name | -full_name, not 'full_nam'; did you mean full_name?"),
        ("contacts.list", ["created_after=soon"], "must be a date like 2026-01-31 or a time like"),
        ("contacts.list", ["created_after=2026-01-31T09:00"], "must be a time with its zone"),
        ("lexi.get_conversation", ["id=x", "include_tool_steps=ye"], "must be true or false, not 'ye'"),
        ("contacts.create", ["priority:=9"], "priority must be high | medium | low | 1 | 2 | 3"),
        ("contacts.create", ["priority:=true"], "priority must be high | medium | low | 1 | 2 | 3"),
        ("contacts.create", ["tags:=1"], "tags must be a list"),
        ("contacts.create", ["tags:=[1]"], "tags[0] must be text"),
        ("contacts.create", ["tags:="], "tags is no JSON: Expecting value"),
        ("contacts.create", ["custom_fields=x"], "custom_fields must be a JSON object (Expecting value"),
        ("contacts.create", ["custom_fields=[1]"], "custom_fields must be a JSON object"),
        ("contacts.create", ["full_name:=1"], "full_name must be text"),
        ("contacts.list", ["page:=true"], "page must be a whole number"),
        ("contacts.create_many", ['contacts={"fullname": "x"}'], "contacts has no 'fullname'; did you mean full_name?"),
        ("contacts.create_many", ["contacts=[{}]"], "contacts[0] needs full_name"),
        ("contacts.create_many", ['contacts=[{"full_name": 1}]'], "contacts[0].full_name must be text"),
        ("companies.import_csv", ["csv=x", "mapping:=[]"], "mapping must be a JSON object"),
        ("companies.import_csv", ["csv=x", 'mapping={"a": 1}'], "mapping.a must be text"),
        ("lexi.chat", ["message=x", "context:=null"], "context must be a JSON object"),
        (
            "contacts.get",
            ["id=@/no/such"],
            "id: /no/such cannot be read: No such file or directory; a text that",
        ),
        ("contacts.get", ["id=@\0"], "cannot be read: no such file"),
    ],
)
def test_wrong_values(method: str, assignments: list[str], expected: str) -> None:
    """What is unknown, missing or mistyped is told by its name, with what it must be."""
    with pytest.raises(click.UsageError) as caught:
        given(method, *assignments)
    assert expected in caught.value.message


def test_files(tmp_path: Path) -> None:
    """A value may be what a file holds: text as it is, lists by lines or as JSON, pictures in base64."""
    file = tmp_path / "file"
    file.write_bytes("\ufeffid\r\nä\r\n".encode())
    assert given("contacts.import_csv", f"csv=@{file}") == {"csv": "id\r\nä\r\n"}
    assert given("contacts.add_tags", "id=c", f"tags=@{file}")["tags"] == ["id", "ä"]
    file.write_text('["a,b"]')
    assert given("contacts.add_tags", "id=c", f"tags=@{file}", "tags=c")["tags"] == ["a,b", "c"]
    file.write_text("12\n")
    assert given("contacts.list", f"page=@{file}") == {"page": 12}
    file.write_bytes(b"\xff\xd8")
    assert given("enrich.business_card", f"image_base64=@{file}") == {"image_base64": "/9g="}
    with pytest.raises(click.UsageError, match="is not UTF-8 text"):
        given("contacts.import_csv", f"csv=@{file}")


def test_every_parameter_is_read() -> None:
    """Each parameter of each method has a shape, and says what it wants when JSON does not fit."""
    for name in names():
        for each in catalog_without_needs(name).values():
            with pytest.raises(click.UsageError, match=each.name):
                arguments_of(name, [f"{each.name}:=[[[]]]", f"{each.name}:={{}}"], {each.name: each})


def test_usage(ended_here: Here) -> None:
    """A wrong command line is one line, and exit code 2, before a key is looked for."""
    run = ended_here("call", "contacts.get")
    assert run.err == "leadlex: contacts.get needs id: add id=VALUE. See: leadlex call contacts.get --help\n"
    assert run.code == ended_here("call", "contacts.list", "--csv", "--json").code == 2
    assert ended_here("call", "contacts.list", "--all", "page=1").code == 2
    keyless = ended_here("call", "tags.list")
    assert (keyless.code, keyless.err.count("\n")) == (1, 1)
    assert keyless.err.startswith("leadlex: no API key: set LEADLEX_API_KEY;")


@pytest.fixture
def called(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Called:
    """Calls in this process, what is printed of the answer, and what is said on stderr."""
    for name, value in program(sandbox).variables.items():
        monkeypatch.setenv(name, value)

    async def run(method: str, *assignments: str, form: Form = "people", limit: int | None = None) -> tuple[str, str]:
        call = call_of(method)
        assert call is not None
        arguments = given(method, *assignments) | ({"limit": limit} if limit is not None else {})
        assert await carry_out(Order(call.operation, call.method, arguments, form)) == 0
        out, err = capsys.readouterr()
        return out, err

    return run


async def test_pages_and_walks(called: Called, tmp_path: Path) -> None:
    """One page, all pages, or so many rows, for people and as data."""
    rows = tmp_path / "rows.csv"
    rows.write_bytes("full_name,email\r\nAnna Müller,anna@example.com\r\n漢字,\r\n".encode())
    assert "created_count: 2" in (await called("contacts.import_csv", f"csv=@{rows}", "tags=vip,new"))[0]
    table, _ = await called("contacts.list")
    golden("contacts.txt", "\n".join(line[36:] for line in table.splitlines()))
    page, more = await called("contacts.list", "per_page=1", form="csv")
    assert len([*csv.DictReader(StringIO(page))]) == 1
    assert more == "page 1 of 2, 2 rows in all; --all walks all pages\n"
    everything, _ = await called("contacts.iter", "per_page=1", form="json")
    assert {json.loads(line)["full_name"] for line in everything.splitlines()} == {"Anna Müller", "漢字"}
    assert (await called("contacts.iter"))[0] == table
    assert len((await called("contacts.iter", form="csv", limit=1))[0].splitlines()) == 2
    assert await called("deals.list") == ("", "there are none\n")
    assert (await called("tags.list", form="csv"))[0].splitlines() == ["value", "new", "vip"]
    assert (await called("users.list", form="csv"))[0].startswith("id,")


async def test_streams(called: Called) -> None:
    """Exports are CSV unless JSON is asked for; a chat comes in pieces, and what Lexi does meanwhile on stderr."""
    await called("contacts.create", "full_name=Anna", "email=anna@example.com")
    assert (await called("contacts.export", "fields=full_name,email"))[0] == "full_name,email\nAnna,anna@example.com\n"
    assert json.loads((await called("contacts.export", form="json"))[0])["full_name"] == "Anna"
    said, steps = await called("lexi.chat_stream", "message=Hi")
    assert said.startswith("You asked: 'Hi'.")
    assert said.endswith("\n")
    assert "[contacts.search: started]" in steps
    events, _ = await called("lexi.chat_stream", "message=Hi", form="json")
    assert {json.loads(line)["event"] for line in events.splitlines()} == {"thinking", "tool_step", "text", "done"}


async def test_records_and_nothing(called: Called) -> None:
    """A record is an outline or one object with the API's names; no answer is told on stderr."""
    made, _ = await called("lists.create", "name=Old friends", "description=one\ntwo", form="json")
    assert (json.loads(made)["name"], json.loads(made)["description"]) == ("Old friends", "one\ntwo")
    assert "Old friends" in (await called("lists.list"))[0]
    key, _ = await called("api_keys.create", "name=x", "permissions=read", form="json")
    assert await called("api_keys.delete", f"id={json.loads(key)['id']}") == ("", "done\n")


async def test_novel_events_of_a_chat() -> None:
    """An event that this release does not know has its own name."""
    assert as_event(UnknownChatEvent(name="mood", data={"x": 1})) == {"event": "mood", "name": "mood", "data": {"x": 1}}


async def test_refusals(leadlex: Program) -> None:
    """What LeadLex refuses exits with 1, what it surely would with 2; both in one line."""
    unknown, empty = await asyncio.gather(
        leadlex.run("call", "contacts.get", "id=x"), leadlex.run("call", "contacts.create")
    )
    assert (unknown.code, empty.code) == (1, 2)
    assert "404 not_found" in unknown.err
    assert empty.err == "leadlex: give at least one of full_name, first_name, last_name, email\n"


async def test_a_stdout_of_few_characters(sandbox: Sandbox) -> None:
    """A name that it cannot write is written out; what was done is done, and told so."""
    poor = Program({"LEADLEX_API_KEY": sandbox.api_key, "LEADLEX_BASE_URL": sandbox.url, "PYTHONIOENCODING": "latin-1"})
    for form in ((), ("--csv",), ("--json",)):
        made = await poor.run("call", "contacts.create", "full_name=\u65e5\u672c", *form)
        assert (made.code, made.err) == (0, "")
        assert "\\u65e5\\u672c" in made.out


async def test_hostile_names(sandbox: Sandbox, leadlex: Program) -> None:
    """No escape of a name reaches a terminal, in no form; in pipes JSON and CSV are exact."""
    await leadlex.run("call", "contacts.create", f"full_name={HOSTILE}")
    campaign = sandbox.add_campaign(name=HOSTILE)
    commands = [
        ("call", "contacts.list"),
        ("call", "contacts.list", "--csv"),
        ("campaigns", "list", "--json"),
        ("campaigns", "show", campaign),
        ("call", "contacts.list", f"sort={HOSTILE}"),
        ("campaigns", "pause", HOSTILE),
    ]
    await asyncio.gather(*[_stays_harmless(leadlex, *command) for command in commands])
    as_csv, as_json = await asyncio.gather(
        leadlex.run("call", "contacts.list", "--csv"), leadlex.run("call", "contacts.list", "--json")
    )
    assert next(csv.DictReader(StringIO(as_csv.out)))["full_name"] == HOSTILE
    assert json.loads(as_json.out)["full_name"] == HOSTILE


async def _stays_harmless(leadlex: Program, *command: str) -> None:
    async with terminal(Program({**leadlex.variables, "NO_COLOR": "1"}), *command, columns=200) as shown:
        run = await shown.end()
    assert "evil" in run.out
    assert not [each for each in run.out if not each.isprintable() and each not in "\r\n"]


async def test_colours(sandbox: Sandbox, leadlex: Program) -> None:
    """Colours are for terminals, and not for those who do not want them."""
    sandbox.add_campaign(status="active")
    for variables, coloured in (({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)):
        async with terminal(Program({**leadlex.variables, **variables}), "campaigns", "list") as shown:
            assert ("\x1b[32mactive\x1b[0m" in (await shown.end()).out) is coloured
    assert "\x1b" not in (await leadlex.run("campaigns", "list")).out


async def test_reader_leaves(leadlex: Program) -> None:
    """A reader who has gone, or a stdout that is closed, is no error; a full disk is one."""
    await leadlex.run("call", "contacts.create", "full_name=x")
    reading, writing = os.pipe()
    os.close(reading)
    full = os.open("/dev/full", os.O_WRONLY)
    left = await leadlex.start("call", "contacts.iter", "--csv", stdout=writing)
    filled = await leadlex.start("call", "contacts.list", "--json", stdout=full)
    os.close(writing)
    os.close(full)
    assert [(run.code, run.err) for run in await asyncio.gather(ended(left), ended(filled))] == [
        (0, ""),
        (1, "leadlex: cannot write to stdout: No space left on device\n"),
    ]
    environment = {**os.environ, **leadlex.variables}
    closing = ("sh", "-c", 'exec "$@" >&-', "sh", *PROGRAM, "call", "contacts.list")
    closed = await asyncio.create_subprocess_exec(*closing, env=environment, stdout=PIPE, stderr=PIPE)
    run = await ended(closed)
    assert (run.code, run.out) == (0, "")


async def test_stopped(sandbox: Sandbox, leadlex: Program) -> None:
    """Ctrl-C says whether something may have been carried out."""
    sandbox.fault(Fault("slow", "POST /v1/contacts", seconds=20))
    process = await leadlex.start("call", "contacts.create", "full_name=x")
    await until(sandbox.count)
    process.send_signal(signal.SIGINT)
    run = await ended(process)
    assert (run.code, run.err) == (130, "leadlex: stopped; the request may have been carried out\n")
