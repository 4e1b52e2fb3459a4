"""The sandbox against its own description: whatever fits the schema is answered by the schema, without a 5xx."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import orjson
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from leadlex_async.sandbox import Sandbox, openapi

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
schema = schemathesis.openapi.from_dict(orjson.loads(openapi.document()))


@pytest.fixture(scope="module")
def world() -> Sandbox:
    """A sandbox with a record of most kinds."""
    return Sandbox()


@pytest.fixture(scope="module")
def served(world: Sandbox) -> Iterator[str]:
    """Its address, while it listens on a loop of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(world.start(), loop).result()
    yield world.url
    asyncio.run_coroutine_threadsafe(world.stop(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@schema.parametrize()
@settings(max_examples=12, deadline=None, suppress_health_check=[*HealthCheck], derandomize=True, database=None)
def test_answers_fit_the_schema(case: schemathesis.Case, served: str, world: Sandbox) -> None:
    """Generated requests, good and bad, to records that exist and to others."""
    headers = {"Authorization": f"Bearer {Sandbox.api_key}"}
    case.call_and_validate(base_url=served, headers=headers, checks=CHECKS)
    known = some_ids(world, case.path)
    if known:
        case.path_parameters = {**case.path_parameters, **known}
        case.call_and_validate(base_url=served, headers=headers, checks=CHECKS)


def some_ids(world: Sandbox, path: str) -> dict[str, str]:
    """The ids of records that a path leads to, made where there are none."""
    store, kind = world.store, path.split("/")[2]
    {"tasks": store.todos, "calendar": store.events, "email": store.threads}.get(kind) or getattr(
        store, kind.replace("-", "_"), None
    )
    return {}
