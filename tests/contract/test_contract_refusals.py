"""What the pages say cannot be is refused before a request is spent on it."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, cast

import pytest
from contract_calls import SentError, call, least, needed, sized, type_of
from contract_table import PAIRS, Documented, Field, by_operation

from leadlex_async import ValidationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from leadlex_async.catalog import Operation

FORMS = [
    pytest.param(documented, operation, method, id=f"{operation.resource}.{method}")
    for documented, operation in PAIRS
    for method in operation.methods
]
GROUPS = [
    pytest.param(operation, method, group, id=f"{operation.resource}.{method}-{group[0]}")
    for documented, operation in PAIRS
    for group in documented.one_of
    for method in operation.methods
]
UPDATES = [
    pytest.param(operation, method, id=f"{operation.resource}.{method}")
    for documented, operation in PAIRS
    for method in operation.methods
    if documented.method == "PATCH"
]
SIZES = {"characters": 1, "items": 1, "KB": 1024, "MB": 2**20}
LIMITS = [
    pytest.param(documented, operation, field, id=f"{operation.name}-{field.name}")
    for documented, operation in PAIRS
    for field in documented.params
    if field.unit
]
CONDITIONS = [
    pytest.param(documented, operation, field, id=f"{operation.name}-{field.name}")
    for documented, operation in PAIRS
    for field in documented.params
    if field.required_if
]
EMPTY: dict[str, object] = {"string": "", "array": [], "object": {}}


@pytest.mark.parametrize(("documented", "operation", "method"), FORMS)
async def test_every_form_can_be_called(documented: Documented, operation: Operation, method: str) -> None:
    """With no more than what its page wants: every other argument has a default."""
    with pytest.raises(SentError):
        await call(operation, method, least(documented, operation, method))


@pytest.mark.parametrize(("operation", "method", "group"), GROUPS)
async def test_one_of_a_group_must_be_given(operation: Operation, method: str, group: list[str]) -> None:
    """None of them is refused; so is an empty one, where a form wants just that."""
    arguments = needed(operation, method)
    empty = {name: EMPTY[str(type_of(operation, name)["type"])] for name in arguments if name in group}
    with pytest.raises(ValidationError):
        await call(operation, method, arguments | empty)


@pytest.mark.parametrize(("operation", "method"), UPDATES)
async def test_an_update_must_change_something(operation: Operation, method: str) -> None:
    """A request that changes nothing is not sent."""
    given = needed(operation, method)
    with pytest.raises(ValidationError, match="nothing to change"):
        await call(operation, method, {name: {} if name == "updates" else item for name, item in given.items()})


@pytest.mark.parametrize(("documented", "operation", "field"), LIMITS)
async def test_a_size_is_checked_before_it_is_sent(documented: Documented, operation: Operation, field: Field) -> None:
    """The largest one goes, a larger one is refused, and so is none at all where there must be some."""
    method = operation.methods[0]
    arguments = least(documented, operation, method)
    largest = round((field.max or 1) * SIZES[field.unit])
    with pytest.raises(SentError):
        await call(operation, method, arguments | {field.name: sized(operation, field, largest)})
    wrong = [largest + SIZES[field.unit]] * (field.max is not None) + [0] * (field.min is not None)
    for size in wrong:
        with pytest.raises(ValidationError):
            await call(operation, method, arguments | {field.name: sized(operation, field, size)})


@pytest.mark.parametrize(("documented", "operation", "field"), CONDITIONS)
async def test_a_parameter_may_be_needed_beside_another(
    documented: Documented, operation: Operation, field: Field
) -> None:
    """An e-mail needs a subject, for instance, which other messages do without."""
    arguments = least(documented, operation, operation.methods[0]) | field.required_if
    with pytest.raises(ValidationError, match=field.name):
        await call(operation, operation.methods[0], arguments)
    with pytest.raises(SentError):
        await call(operation, operation.methods[0], arguments | {field.name: "x"})


@by_operation
async def test_a_key_is_taken_where_it_is_documented(documented: Documented, operation: Operation) -> None:
    """``idempotency_key`` goes out as the header; who documents none has no such argument."""
    for method in operation.methods:
        arguments = least(documented, operation, method) | {"idempotency_key": "my-key"}
        if documented.idempotency_key:
            with pytest.raises(SentError) as sent:
                await call(operation, method, arguments)
            assert sent.value.headers["Idempotency-Key"] == "my-key"
        else:
            signature = inspect.signature(cast("Callable[..., object]", getattr(operation.kind, method)))
            assert "idempotency_key" not in {*signature.parameters, *operation.parameters}
