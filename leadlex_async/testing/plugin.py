"""The pytest plugin ``leadlex``: a local LeadLex for each test, and tests in virtual time.

    @pytest.mark.leadlex_virtual_time
    async def test_a_wait_of_two_days(leadlex: LeadLex, leadlex_sandbox: Sandbox) -> None:
        leadlex_sandbox.reviewer = approve_after(2 * 86_400)
        campaign_id = leadlex_sandbox.add_campaign(recipients=150)
        launch = await leadlex.campaigns.start_and_wait_for_approval(campaign_id, timeout=7 * 86_400)
        assert launch.launched

pytest imports this in every project that has the package installed. So whatever takes time to import is imported when
it is used. ``-p no:leadlex`` turns the plugin off.
"""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Callable, Coroutine, Generator, Iterator

    from .. import LeadLex
    from ..sandbox import Sandbox

SANDBOX = "leadlex_sandbox"
VIRTUAL_TIME = "leadlex_virtual_time"

MARKERS = (
    f"{SANDBOX}(**options): arguments of Sandbox for the fixture leadlex_sandbox, such as plan='pro'.",
    f"{VIRTUAL_TIME}: run the async test in virtual time, so that days of waiting pass in milliseconds.",
)


def pytest_configure(config: pytest.Config) -> None:
    """Make the markers known."""
    for line in MARKERS:
        config.addinivalue_line("markers", line)


@pytest.fixture
def leadlex_sandbox(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """A local LeadLex of the test's own, in process, without limits unless the marker leadlex_sandbox says otherwise.

    Meanwhile LEADLEX_API_KEY and LEADLEX_BASE_URL are its own, so that no program under test reaches the real LeadLex.
    On trio, which the client does not run on, the test is skipped.
    """
    if "anyio_backend" in request.fixturenames and "trio" in request.getfixturevalue("anyio_backend"):
        pytest.skip("leadlex_async runs on asyncio, not on trio")
    sandbox = _sandbox(_options(request.node))
    monkeypatch.setenv("LEADLEX_API_KEY", sandbox.api_key)
    monkeypatch.setenv("LEADLEX_BASE_URL", sandbox.url)
    return sandbox


@pytest.fixture
def leadlex(leadlex_sandbox: Sandbox) -> Iterator[LeadLex]:
    """A client of leadlex_sandbox, without a socket; after the test none of its waits is left."""
    from .clients import ClientInProcess  # noqa: PLC0415 - pytest imports this file always

    client = ClientInProcess(leadlex_sandbox)
    yield client.leadlex
    client.close()


def _options(node: pytest.Item) -> dict[str, Any]:
    """What the markers say, the closest to the test having the last word."""
    options: dict[str, Any] = {}
    for marker in reversed([*node.iter_markers(SANDBOX)]):
        if marker.args:
            pytest.fail(f"@pytest.mark.{SANDBOX} takes arguments by name, not {marker.args[0]!r}", pytrace=False)
        options |= marker.kwargs
    return options


def _sandbox(options: dict[str, Any]) -> Sandbox:
    from ..errors import ConfigurationError  # noqa: PLC0415 - pytest imports this file always
    from ..sandbox import Sandbox  # noqa: PLC0415 - as above

    known = inspect.signature(Sandbox).parameters
    if unknown := options.keys() - known.keys():
        pytest.fail(f"@pytest.mark.{SANDBOX} takes {', '.join(known)}; not {', '.join(sorted(unknown))}", pytrace=False)
    try:
        return Sandbox(**options)
    except ConfigurationError as error:
        wrong = error
    pytest.fail(f"@pytest.mark.{SANDBOX}: {wrong}", pytrace=False)


class _VirtualLoops:
    """What pytest-asyncio asks for the loops of a test."""

    @pytest.hookimpl(tryfirst=True, optionalhook=True)
    def pytest_asyncio_loop_factories(self) -> dict[str, Callable[[], AbstractEventLoop]]:
        from .virtual_time import VirtualTimeLoop  # noqa: PLC0415 - pytest imports this file always

        return {"virtual": VirtualTimeLoop}


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> Generator[None]:
    """Have the plugin that runs a marked test, pytest-asyncio or anyio's, run it in a loop with virtual time."""
    __tracebackhide__ = True
    if metafunc.definition.get_closest_marker(VIRTUAL_TIME) is None:
        return (yield)
    if "anyio_backend" in metafunc.fixturenames:
        metafunc.definition.add_marker(_anyio_backend())
    # pytest-asyncio asks all plugins or none: a hook that stays would have to answer for every test of the project.
    loops = _VirtualLoops()
    metafunc.config.pluginmanager.register(loops)
    try:
        return (yield)
    finally:
        metafunc.config.pluginmanager.unregister(loops)


def _anyio_backend() -> pytest.MarkDecorator:
    """In place of all backends of anyio: virtual time is one of asyncio's loops."""
    from .virtual_time import VirtualTimeLoop  # noqa: PLC0415 - pytest imports this file always

    backend = pytest.param(("asyncio", {"loop_factory": VirtualTimeLoop}), id="virtual")
    return pytest.mark.parametrize("anyio_backend", [backend], scope="module")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """Have a marked test fail in any other loop: there its waits would take the days they say."""
    if not isinstance(item, pytest.Function) or item.get_closest_marker(VIRTUAL_TIME) is None:
        return
    if inspect.iscoroutinefunction(item.obj):
        _refuse_unittest(item)
        item.obj = _insisting(item.obj)


def _refuse_unittest(item: pytest.Function) -> None:
    import unittest  # noqa: PLC0415 - pytest imports this file always

    if item.cls is not None and issubclass(item.cls, unittest.TestCase):
        pytest.fail(
            f"@pytest.mark.{VIRTUAL_TIME} has no effect: unittest runs its own loops. Call run_virtual() in the test",
            pytrace=False,
        )


def _insisting(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., Coroutine[Any, Any, None]]:
    @functools.wraps(test)
    async def run(*args: object, **kwargs: object) -> None:
        __tracebackhide__ = True
        _insist()
        await test(*args, **kwargs)

    return run


def _insist() -> None:
    import asyncio  # noqa: PLC0415 - pytest imports this file always

    from .virtual_time import VirtualTimeLoop  # noqa: PLC0415 - as above

    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        loop = None  # trio's, say
    if not isinstance(loop, VirtualTimeLoop):
        pytest.fail(
            f"@pytest.mark.{VIRTUAL_TIME} has no effect: the test runs in {loop or 'no event loop of asyncio'}. It "
            "needs pytest-asyncio 1.4 or later, or anyio's plugin, and must be there when the test is collected. Of "
            "tests that share a loop, mark all.",
            pytrace=False,
        )
