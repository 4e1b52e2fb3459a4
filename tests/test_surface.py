"""The public surface: names, docstrings, and what an import costs."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from typing import TYPE_CHECKING, cast

import attrs
import pytest

import leadlex_async
from leadlex_async import LeadLex, catalog
from leadlex_async.approvals.campaigns import Campaigns as Launching
from leadlex_async.resources import campaigns

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

NAMES = """
APIError AlreadyStarted AmbiguousReference ApprovalDismissed ApprovalError ApprovalFailed ApprovalLost ApprovalTimeout
Approve AuthenticationError Candidate ClientClosed ConfigurationError Conflict DecodeError Dismiss InsufficientCredits
JournalError Launch LaunchPlan LaunchProgress LaunchReport LaunchResult LaunchTicket LaunchUpdate LeadLex LeadLexError
LexiTask NotFound OnProgress OnUpdate Outcome Page PayloadTooLarge PermissionDenied Plan QuotaExhausted RateLimit
RateLimited Request RequestTimeout Response Reviewer ServerError StartOutcomeUnknown Stream Transport TransportError
Until UpdateKind ValidationError Verdict WebhookEvent WebhookVerificationError __version__
""".split()  # noqa: SIM905 - a list of as many lines shows no more

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(leadlex_async.__path__, "leadlex_async.")
    if "cli" not in module.name and not module.name.endswith("__main__")
)


def test_the_public_names_are_these() -> None:
    """A name comes and goes on purpose only."""
    assert leadlex_async.__all__ == NAMES
    assert dir(leadlex_async) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_can_be_imported(name: str) -> None:
    """Each name leads to something, the same each time."""
    value = getattr(leadlex_async, name)
    assert value is not None
    assert getattr(leadlex_async, name) is value


def test_an_unknown_name_is_an_attribute_error() -> None:
    """The lazy import does not swallow spelling mistakes."""
    with pytest.raises(AttributeError, match=r"'leadlex_async' has no attribute 'LeadLexx'"):
        _ = leadlex_async.LeadLexx
    assert not hasattr(leadlex_async, "core")


def test_the_version_has_three_parts() -> None:
    """The version is one that packaging tools can compare."""
    assert re.fullmatch(r"\d+\.\d+\.\d+", leadlex_async.__version__)


HEAVY = ("aiohttp", "attr", "attrs", "cattrs", "backoff", "orjson", "yarl")


@pytest.mark.parametrize(
    ("statement", "light"),
    [("import leadlex_async", HEAVY), ("from leadlex_async import LeadLex; LeadLex('wbk_x')", ("cattrs",))],
)
def test_an_import_is_cheap(statement: str, light: tuple[str, ...]) -> None:
    """Only what is used is imported."""
    script = f"{statement}; import sys; print(*[name for name in {light!r} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603 - ours
    assert run.stdout.split() == []


def defined(module: ModuleType) -> list[tuple[str, type | Callable[..., object]]]:
    """The public classes and functions that a module defines."""
    members = cast("dict[str, object]", vars(module)).items()
    return [
        (name, value)
        for name, value in members
        if not name.startswith("_")
        and (inspect.isclass(value) or inspect.isfunction(value))
        and value.__module__ == module.__name__
    ]


def own(kind: type) -> list[tuple[str, object]]:
    """The public methods and properties that a class itself defines."""
    members = cast("dict[str, object]", vars(kind)).items()
    described = (property, classmethod, staticmethod)
    return [
        (name, value)
        for name, value in members
        if not name.startswith("_") and (inspect.isfunction(value) or isinstance(value, described))
    ]


@pytest.mark.parametrize("name", MODULES)
def test_what_is_public_is_explained(name: str) -> None:
    """Every module, class, function, method and property has a docstring."""
    module = importlib.import_module(name)
    mute = [] if module.__doc__ else [name]
    for label, value in defined(module):
        mute += [] if value.__dict__.get("__doc__") or value.__doc__ else [label]
        if inspect.isclass(value):
            mute += [f"{label}.{method}" for method, member in own(value) if not inspect.getdoc(member)]
    assert mute == []


@pytest.mark.parametrize("resource", catalog.kinds())
def test_every_operation_has_one_method(resource: str) -> None:
    """No operation is forgotten, each is called by the method of its name, and by others in another form only."""
    kind = catalog.kinds()[resource]
    called = {
        method: set(re.findall(r"\b[A-Z_]{3,}\b", inspect.getsource(cast("type", member))))
        for method, member in own(kind)
    }
    for operation in (each for each in catalog.operations() if each.resource == resource):
        names = {name for name, value in vars(sys.modules[kind.__module__]).items() if value is operation.op}
        assert len(names) == 1
        assert {method for method, words in called.items() if names & words} == {*operation.methods}
        plain = [method for method in operation.methods if not method.startswith(("iter", "import"))]
        assert len(plain) == 1 or all(method.startswith("import") for method in operation.methods)


@pytest.mark.parametrize("resource", catalog.kinds())
async def test_every_resource_is_an_attribute(resource: str, leadlex: LeadLex) -> None:
    """It is made when it is first asked for, and is the same from then on."""
    made = getattr(leadlex, resource)
    assert isinstance(made, catalog.kinds()[resource])
    assert getattr(leadlex, resource) is made
    assert getattr(leadlex.with_options(timeout=1), resource) is not made


def test_the_campaigns_of_a_client_are_those_of_the_api() -> None:
    """Launches are added to the resource; nothing of it is replaced."""
    assert issubclass(Launching, campaigns.Campaigns)
    assert {name for name, _ in own(Launching)} & {name for name, _ in own(campaigns.Campaigns)} == set()


def test_records_are_frozen() -> None:
    """What comes out of the API cannot be changed by accident."""
    for module in (name for name in MODULES if ".models." in name):
        for name, kind in defined(importlib.import_module(module)):
            if inspect.isclass(kind) and attrs.has(kind):
                assert kind.__setattr__ is not object.__setattr__, name
