"""What the SDK takes, by its own types, against what is documented."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Set as AbstractSet

    from contract_table import Field

    from leadlex_async._http.wire import JSONValue
    from leadlex_async.sandbox.schema import Schema

    Words = Mapping[str, AbstractSet[str | int]]

STATED = {"", "guide"}
"""Where it is said whether a field must be there; running text and examples give names only."""


def differences(documented: Field, schema: Schema, path: str, words: Words) -> Iterator[str]:
    """In what a parameter differs from what is documented: its type, its words, its parts.

    ``words`` are those of parameters, by path, whose own page does not have them.
    """
    choices = [*alternatives(schema)]
    asked = documented.place == "query"
    kinds = {kind_of(choice, asked=asked) for choice in choices}
    if kinds != expected(documented, kinds):
        yield f"{path} is {' or '.join(sorted(kinds))}, documented as {' or '.join(sorted(documented.types))}"
        return
    formats = {str(choice.get("format", "")) for choice in choices}
    if (formats == {"date-time"}) != bool(documented.format):
        yield f"{path} is a moment: {formats}, documented as {documented.format!r}"
    for choice in choices:
        if choice.get("type") == "array":
            yield from differences(documented.item, cast("Schema", choice["items"]), f"{path}[]", words)
        elif choice.get("type") == "object":
            yield from _inside(documented, choice, path, words)
    if not {"array", "object"} & kinds:
        yield from _words(documented, choices, path, words.get(path, {*documented.enum}))


def expected(documented: Field, kinds: Collection[str]) -> set[str]:
    """The types a parameter should have: what goes out repeatedly or joined by commas is taken as a list."""
    if documented.comma_separated or documented.repeatable:
        return {"array", *documented.types.intersection(kinds)}
    return documented.types


def alternatives(schema: Schema) -> Iterator[Schema]:
    """The types of a union; null stands for "no value" in updates and is not counted."""
    for choice in cast("list[Schema]", schema.get("anyOf", [schema])):
        if "anyOf" in choice:
            yield from alternatives(choice)
        elif "enum" in choice:
            enum = cast("list[JSONValue]", choice["enum"])
            for kind in {*map(type, enum)}:
                words: Schema = {"enum": [word for word in enum if type(word) is kind]}
                yield words
        elif choice.get("type") != "null":
            yield choice


def kind_of(schema: Schema, *, asked: bool = False) -> str:
    """The JSON type of a schema without alternatives; in a query the only true is the text."""
    if "enum" not in schema:
        return str(schema.get("type", "any"))
    (word, *_) = cast("list[object]", schema["enum"])
    return "string" if isinstance(word, str) or (asked and word is True) else "number"


def _inside(documented: Field, schema: Schema, path: str, words: Words) -> Iterator[str]:
    """The parts of an object, both ways."""
    if "additionalProperties" in schema:
        others = cast("Schema", schema["additionalProperties"])
        if kind_of(others) != ("any" if documented.free else documented.values):
            yield f"{path} is a mapping of {kind_of(others)}"
        return
    ours = cast("dict[str, Schema]", schema.get("properties", {}))
    needed = cast("list[str]", schema.get("required", []))
    known = {name: field for field in documented.fields for name in (field.name, *field.aliases)}
    yield from (f"{path}.{field.name} is missing" for field in documented.fields if field.name not in ours)
    for name, part in ours.items():
        if name not in known:
            yield f"{path}.{name} is invented"
            continue
        field = known[name]
        if field.source in STATED and (name in needed) != field.required:
            yield f"{path}.{name} must {'not ' * (not field.required)}be required"
        yield from differences(field, part, f"{path}.{name}", words)


def _words(documented: Field, choices: list[Schema], path: str, words: AbstractSet[str | int]) -> Iterator[str]:
    """A closed list of words is taken as it is; where there are more than the page has, any word is."""
    closed = all("enum" in choice for choice in choices)
    given = {word for choice in choices for word in cast("list[str | int]", choice.get("enum", []))}
    if documented.place == "query":
        given = {"true" if word is True else word for word in given}
    if documented.open or not words:
        if closed:
            yield f"{path} takes only {sorted(map(str, given))}"
    elif not closed:
        yield f"{path} takes any word"
    elif given != words:
        yield f"{path}: the words {words - given} are missing, {given - words} are invented"
