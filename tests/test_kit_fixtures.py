"""The fixtures of the pytest plugin, and what it costs those who do not use it."""

from __future__ import annotations

import subprocess
import sys

import pytest
from kit_projects import STRICT, ran, told

from leadlex_async import testing
from leadlex_async.testing import virtual_time

pytest_plugins = ["pytester"]

OPTIONS = """
from launching import *

pytestmark = pytest.mark.leadlex_sandbox(plan="pro", execution=1, approval_above=10)


def test_of_the_module(leadlex_sandbox):
    assert (leadlex_sandbox.approval_above, leadlex_sandbox.execution) == (10, 1)


@pytest.mark.leadlex_sandbox(approval_above=20)
def test_added_to(leadlex_sandbox):
    assert (leadlex_sandbox.approval_above, leadlex_sandbox.execution) == (20, 1)


def test_no_way_to_the_real_one(leadlex_sandbox):
    from leadlex_async import LeadLex

    assert LeadLex().base_url == leadlex_sandbox.url == "http://127.0.0.1:1"


@pytest.mark.leadlex_sandbox(aproval_above=1)
def test_misspelt(leadlex_sandbox): ...


@pytest.mark.leadlex_sandbox("pro")
def test_nameless(leadlex_sandbox): ...


@pytest.mark.leadlex_sandbox(plan="gold")
def test_no_such_plan(leadlex): ...
"""


def test_options_by_marker(pytester: pytest.Pytester) -> None:
    """They add up, the closest last; what Sandbox does not take is told without a traceback."""
    result = ran(pytester, STRICT, test_options=OPTIONS)
    result.assert_outcomes(passed=3, errors=3)
    said = told(result)
    assert "@pytest.mark.leadlex_sandbox takes plan, approval_above, reviewer" in said
    assert "not aproval_above" in said
    assert "takes arguments by name, not 'pro'" in said
    assert "unknown plan 'gold'; use one of" in said
    assert "plugin.py" not in said
    assert "another exception" not in said


OFF = """
import os


def test_leadlex(leadlex): ...


def test_other():
    assert "LEADLEX_BASE_URL" not in os.environ
"""


def test_the_plugin_can_be_turned_off(pytester: pytest.Pytester) -> None:
    """Then its fixtures are not there."""
    result = ran(pytester, ["-p", "no:leadlex", *STRICT], test_off=OFF)
    result.assert_outcomes(passed=1, errors=1)
    assert "fixture 'leadlex' not found" in told(result)


def test_it_costs_nothing_where_it_is_not_used() -> None:
    """Every pytest run of a project with this package installed imports it."""
    script = (
        "import pytest, sys; before = {*sys.modules}; import leadlex_async.testing.plugin; "
        "print(*sorted({*sys.modules} - before))"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603 - ours
    names = ["leadlex_async", "leadlex_async.errors", "leadlex_async.testing", "leadlex_async.testing.plugin"]
    assert run.stdout.split() == names


def test_names_are_imported_when_they_are_used() -> None:
    """And a misspelt one is an AttributeError."""
    assert dir(testing) == ["VirtualTimeLoop", "run_virtual"]
    assert testing.run_virtual is virtual_time.run_virtual
    with pytest.raises(AttributeError, match="has no attribute 'run_virtualy'"):
        _ = testing.run_virtualy
