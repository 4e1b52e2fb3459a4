"""Tests marked for virtual time that would run in real time."""

from __future__ import annotations

import pytest
from kit_projects import AUTO, ran, told

from leadlex_async.testing import plugin

pytest_plugins = ["pytester"]

LATE = """
import pytest


def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker("leadlex_virtual_time")
"""
MARKED_LATE = """
async def test_marked_late(leadlex, leadlex_sandbox):
    raise AssertionError("it would take days")


def test_no_coroutine(): ...
"""


def test_a_loop_of_another_kind_is_refused(pytester: pytest.Pytester) -> None:
    """A marker that comes too late to choose the loop must not have the test wait for days."""
    result = ran(pytester, AUTO, conftest=LATE, test_late=MARKED_LATE)
    result.assert_outcomes(passed=1, failed=1)
    said = told(result)
    assert "@pytest.mark.leadlex_virtual_time has no effect: the test runs in <" in said
    assert "it would take days" not in said


OF_UNITTEST = """
import unittest
import pytest


class TestOfUnittest(unittest.IsolatedAsyncioTestCase):
    @pytest.mark.leadlex_virtual_time
    async def test_that_would_wait(self):
        raise AssertionError("it would take days")
"""


def test_a_test_case_of_unittest_is_refused(pytester: pytest.Pytester) -> None:
    """It makes a loop of its own, which nobody asks for virtual time."""
    result = ran(pytester, AUTO, test_case=OF_UNITTEST)
    result.assert_outcomes(failed=1)
    assert "unittest runs its own loops" in told(result)
    assert "it would take days" not in told(result)


def test_no_loop_at_all_is_refused(request: pytest.FixtureRequest) -> None:
    """A test that trio runs, say, does not wait for days either."""

    async def test() -> None:
        """Never begun."""

    item = request.node
    item.obj = test
    item.add_marker("leadlex_virtual_time")
    plugin.pytest_runtest_call(item)
    with pytest.raises(pytest.fail.Exception, match="the test runs in no event loop of asyncio"):
        item.obj().send(None)
