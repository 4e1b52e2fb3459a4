"""What can be given is what is documented, no less and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contract_table import PAIRS, Documented, by_operation
from contract_types import STATED, differences

from leadlex_async.sandbox.schema import schema_of

if TYPE_CHECKING:
    from leadlex_async.catalog import Operation

ADDED: dict[tuple[str, str], str] = {}
"""What can be given although no page has it, and why."""

BORROWED = {
    ("deals.list", "status"): ["deals.create"],
    ("deals.update_many", "updates.status"): ["deals.create"],
    ("notes.list", "note_type"): ["notes.create"],
    ("notes.update", "note_type"): ["notes.create"],
    ("tasks.list", "status"): ["tasks.create", "tasks.get"],
    ("tasks.update", "status"): ["tasks.create", "tasks.get"],
    ("tasks.update", "priority"): ["tasks.create", "tasks.get"],
    ("workflows.update", "condition_entity"): ["workflows.create"],
    ("workflows.update", "condition_operator"): ["workflows.create"],
    ("workflows.update", "action_type"): ["workflows.create"],
}
"""Parameters whose own page names no words: those of the pages that write or read the same field are taken."""

PAGES = {operation.name: documented for documented, operation in PAIRS}


def words(operation: Operation) -> dict[str, set[str | int]]:
    """The words that an operation's parameters have from other pages, by the paths of the parameters."""
    return {
        path: {word for source in sources for word in words_of(PAGES[source], path.rpartition(".")[2])}
        for (owner, path), sources in BORROWED.items()
        if owner == operation.name
    }


def words_of(documented: Documented, name: str) -> list[str | int]:
    """The words of a field: as it is written, else as it is read."""
    return next(field.enum for field in (*documented.params, *documented.response) if field.name == name)


@by_operation
def test_every_documented_parameter_can_be_given(documented: Documented, operation: Operation) -> None:
    """In its place, and as the page says whether it must be."""
    for field in documented.params:
        assert field.name in operation.parameters, f"{field.name} cannot be given"
        ours = operation.parameters[field.name]
        assert ours.place == field.place, field.name
        if field.source in STATED:
            assert ours.required == field.required, field.name


@by_operation
def test_no_parameter_is_invented(documented: Documented, operation: Operation) -> None:
    """Other names for the same thing are documented, too."""
    known = {name for field in documented.params for name in (field.name, *field.aliases)}
    added = {name for owner, name in ADDED if owner == operation.name}
    assert {*operation.parameters} - known == added


@by_operation
def test_parameters_have_the_documented_types(documented: Documented, operation: Operation) -> None:
    """Types, words and the parts of objects; None, which clears a field in an update, is ours."""
    known = {name: field for field in documented.params for name in (field.name, *field.aliases)}
    found = [
        difference
        for name, ours in operation.parameters.items()
        if name in known
        for difference in differences(known[name], schema_of(ours.type), name, words(operation))
    ]
    assert found == []


@by_operation
def test_borrowed_words_are_not_on_the_page(documented: Documented, operation: Operation) -> None:
    """Where the page has words of its own, these count."""
    for path in words(operation):
        field = next(field for field in documented.params if field.name == path.partition(".")[0])
        assert not next((part for part in field.fields if path.endswith(f".{part.name}")), field).enum
