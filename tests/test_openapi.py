# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUntypedFunctionDecorator=false
# Schemathesis is typed in part only.
"""The sandbox against its own description: whatever fits the schema is answered by the schema, without a 5xx."""

from __future__ import annotations

import asyncio
import os
import threading
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import orjson
import pytest
import schemathesis
from attrs import field, frozen
from firm import found
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from leadlex_async import catalog
from leadlex_async.sandbox import Sandbox, openapi
from leadlex_async.sandbox.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
THOROUGH = "LEADLEX_TORTURE" in os.environ
"""Set by ``make torture``: every boundary of every parameter, which takes minutes."""

few = settings(
    max_examples=100 if THOROUGH else 10,
    phases=(Phase.explicit, Phase.generate) if THOROUGH else (Phase.generate,),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
    derandomize=True,
    database=None,
)
HEADERS = {"Authorization": f"Bearer {Sandbox.api_key}"}
schema = schemathesis.openapi.from_dict(orjson.loads(openapi.document()))


@frozen
class Served:
    """A sandbox that listens on a loop of its own, and how to make records in it."""

    sandbox: Sandbox
    loop: asyncio.AbstractEventLoop
    firms: dict[str, dict[str, str]] = field(factory=dict[str, dict[str, str]])

    def ids(self, operation: str) -> dict[str, str]:
        """The ids of a firm's records, made anew for each operation."""
        if operation not in self.firms:
            self.firms[operation] = asyncio.run_coroutine_threadsafe(self._found(), self.loop).result()
        return self.firms[operation]

    async def _found(self) -> dict[str, str]:
        # Names and addresses that must be new are: each firm begins with an empty workspace.
        self.sandbox.store = Store()
        self.sandbox.credits = 5000
        async with self.sandbox.client() as leadlex:
            return await found(leadlex, self.sandbox)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """Where the requests go."""
    loop, sandbox = asyncio.new_event_loop(), Sandbox()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(sandbox.start(), loop).result()
    yield Served(sandbox, loop)
    asyncio.run_coroutine_threadsafe(sandbox.stop(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@schema.parametrize()
@few
def test_answers_fit_the_schema(case: schemathesis.Case[Any], served: Served) -> None:
    """Generated requests, good and bad, to records that are not there."""
    case.call_and_validate(base_url=served.sandbox.url, headers=HEADERS, checks=CHECKS)


@schema.include(path_regex=r"\{").parametrize()
@few
def test_answers_about_records_fit_the_schema(case: schemathesis.Case[Any], served: Served) -> None:
    """Generated requests to records that are there."""
    ids = served.ids(f"{case.method} {case.path}")
    kind = case.path.split("/")[2]
    known = {"id": ids[kind], "list_id": ids["lists"], "contact_id": ids["contacts"], "step_id": ids["steps"]}
    case.path_parameters = {name: known[name] for name in case.path_parameters}
    case.call_and_validate(base_url=served.sandbox.url, headers=HEADERS, checks=CHECKS)


def test_the_description_is_served_to_everybody(served: Served) -> None:
    """Without a key, under the vendor's prefix too."""
    for prefix in ("", "/functions/v1/api-gateway"):
        with urlopen(f"{served.sandbox.url}{prefix}/openapi.json") as answer:  # noqa: S310 - the sandbox's own address
            described = orjson.loads(answer.read())
        assert sum(len(operations) for operations in described["paths"].values()) == len(catalog.operations())
