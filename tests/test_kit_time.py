"""Tests in virtual time, with each plugin that runs async tests."""

from __future__ import annotations

import re

import pytest
from kit_projects import ANYIO, AUTO, STRICT, ran, told

from leadlex_async.sandbox import Sandbox, approve_after

pytest_plugins = ["pytester"]

WAITS = """
from launching import *

pytestmark = pytest.mark.leadlex_virtual_time


async def test_wait(leadlex, leadlex_sandbox):
    assert (await launched(leadlex, leadlex_sandbox)).waited > 2 * HOUR


class TestService:
    async def test_wait_begun_by_a_fixture(self, service, leadlex_sandbox):
        await asyncio.sleep(HOUR)
        assert not service.done()
        assert (await service).launched

    async def test_left_alone(self, service):
        await asyncio.sleep(HOUR)


def test_no_coroutine(leadlex, leadlex_sandbox):
    assert leadlex.base_url == leadlex_sandbox.url
"""
SERVICE = """
@{fixture}
async def service(leadlex, leadlex_sandbox):
    assert virtual()
    task = asyncio.create_task(launched(leadlex, leadlex_sandbox))
    yield task
    task.cancel()
    assert virtual()
"""


@pytest.mark.parametrize(
    ("options", "mark", "fixture"),
    [
        (STRICT, "pytest.mark.asyncio", "pytest_asyncio.fixture"),
        (AUTO, "pytest.mark.leadlex_virtual_time", "pytest.fixture"),
        (ANYIO, "pytest.mark.anyio", "pytest.fixture"),
    ],
    ids=["strict", "auto", "anyio"],
)
def test_days_pass_at_once(pytester: pytest.Pytester, options: list[str], mark: str, fixture: str) -> None:
    """Whichever plugin runs the tests and their async fixtures, as soon as a module is marked."""
    marked = re.sub(r"^( *)async", rf"\1@{mark}\n\1async", WAITS, flags=re.MULTILINE)
    importing = "import pytest_asyncio\n" if "pytest_asyncio" in fixture else ""
    service = SERVICE.format(fixture=fixture)
    result = ran(pytester, options, test_waits=f"{importing}from launching import *\n{service}\n{marked}")
    result.assert_outcomes(passed=4)
    assert ("[virtual]" in told(result)) == (options == ANYIO)


SHARED = """
from launching import *

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.leadlex_virtual_time]


async def test_leaves_a_wait_behind(leadlex, leadlex_sandbox):
    asyncio.create_task(launched(leadlex, leadlex_sandbox))
    await asyncio.sleep(HOUR)
    assert len(asyncio.all_tasks()) > 1


async def test_finds_none():
    assert virtual()
    assert len(asyncio.all_tasks()) == 1
"""
OWN_LOOPS = """
import asyncio


class Mine(asyncio.SelectorEventLoop):
    pass


def pytest_asyncio_loop_factories():
    return {"mine": Mine}
"""
BESIDE = """
from conftest import Mine
from launching import *


async def test_unmarked(leadlex_sandbox):
    assert type(asyncio.get_running_loop()) is Mine


@pytest.mark.leadlex_virtual_time
async def test_marked():
    assert virtual()


async def test_unmarked_again(leadlex):
    assert type(asyncio.get_running_loop()) is Mine
    assert (await leadlex.campaigns.list()) == []
"""


def test_loops_that_are_shared_or_the_projects_own(pytester: pytest.Pytester) -> None:
    """A wait left behind ends with its test, and what is not marked runs in the loop that it had before."""
    result = ran(pytester, AUTO, test_shared=SHARED, conftest=OWN_LOOPS, test_beside=BESIDE)
    result.assert_outcomes(passed=5)
    assert "::test_unmarked PASSED" in told(result)


SESSION = """
import pytest

from leadlex_async.testing import VirtualTimeLoop


@pytest.fixture(scope="session")
def anyio_backend():
    return "asyncio", {"loop_factory": VirtualTimeLoop}


@pytest.fixture(scope="session")
async def shared():
    return "shared"
"""
IN_SESSION = """
from launching import *

pytestmark = pytest.mark.anyio


async def test_wait(shared, leadlex, leadlex_sandbox):
    assert virtual()
    assert (await launched(leadlex, leadlex_sandbox)).waited > 2 * HOUR


LEFT = []


async def test_left_behind(shared, leadlex, leadlex_sandbox):
    LEFT.append(asyncio.create_task(launched(leadlex, leadlex_sandbox)))
    await asyncio.sleep(HOUR)
    assert not LEFT[0].done()


async def test_nothing_is_left(shared):
    assert "the client was closed" in str(LEFT[0].exception())


@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_on_both(leadlex):
    assert await leadlex.campaigns.list() == []
"""


def test_one_loop_of_anyio_for_all_tests(pytester: pytest.Pytester) -> None:
    """It needs no marker, and the client is closed in it; on trio a test is skipped."""
    ran(pytester, ANYIO, conftest=SESSION, test_session=IN_SESSION).assert_outcomes(passed=4, skipped=1)


@pytest.mark.leadlex_virtual_time
async def test_in_this_very_suite(leadlex_sandbox: Sandbox) -> None:
    """The fixtures of a project take the place of the plugin's; the others are there."""
    leadlex_sandbox.reviewer = approve_after(2 * 86_400)
    async with leadlex_sandbox.client() as leadlex:
        campaign_id = leadlex_sandbox.add_campaign()
        launch = await leadlex.campaigns.start_and_wait_for_approval(campaign_id, timeout=7 * 86_400)
    assert launch.launched
