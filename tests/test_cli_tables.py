"""Tables, outlines and lines of data: what fits, and what is harmless."""

from __future__ import annotations

import json
import unicodedata

import pytest
from attrs import frozen
from hypothesis import given, settings, strategies as st

from leadlex_async.cli import forms, outline, safe, table

ID = "993829ec-bb9c-4f95-b708-d4940c536bc7"
TITLES = ["ID", "STATUS", "NAME", "SENT"]


@pytest.mark.parametrize(
    ("columns", "titles", "name"),
    [
        ("200", "ID STATUS NAME SENT", "Newsletter to all clients of the year"),
        ("80", "ID STATUS NAME SENT", "Newsletter to all clients …"),
        ("62", "ID STATUS NAME", "Newsletter to a…"),
        ("50", "ID STATUS", ""),
        ("20", "ID", ""),
    ],
)
def test_width(monkeypatch: pytest.MonkeyPatch, columns: str, titles: str, name: str) -> None:
    """Long texts are cut first, ids never; then the last columns are left out; no line is ever too long."""
    monkeypatch.setenv("COLUMNS", columns)
    row = [ID, "active", "Newsletter to all clients of the year", "12"]
    lines, shown = table.lines_of(TITLES, [row, [ID, "draft", "漢字" * 20, "1,200"]])
    assert lines[0].split() == titles.split()
    assert shown == len(titles.split())
    assert name in lines[1]
    assert max(map(table.width_of, lines)) <= int(columns)


def test_no_end_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    """What no terminal shows is not cut."""
    monkeypatch.delenv("COLUMNS", raising=False)
    lines, _ = table.lines_of(["NAME"], [["x y" * 200]])
    assert lines[1] == "x y" * 200


def test_numbers_stand_right() -> None:
    """Numbers and percentages end in the same column."""
    lines, _ = table.lines_of(["N", "X"], [["7", "a"], ["1,234", "b"], ["5 %", "c"]])
    assert lines == ["    N  X", "    7  a", "1,234  b", "  5 %  c"]


def test_left_out_columns_are_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """On stderr, with what shows them."""
    monkeypatch.setenv("COLUMNS", "50")
    table.show(TITLES, [[ID, "active", "a name", "1"]])
    assert capsys.readouterr().err == "too narrow for: name, sent; --json shows all\n"


@settings(max_examples=50)
@given(st.text())
def test_nothing_raw(text: str) -> None:
    """Whatever is in a text: no control character is left, JSON keeps its meaning, and nothing gets longer than cut."""
    for shown in (safe.safe(text), safe.one_line(text), *table.lines_of(["X"], [[text]])[0]):
        assert not [each for each in shown if unicodedata.category(each) in {"Cc", "Cs"} or each in "\u202e\u2066"]
    line = safe.json_line({"x": text})
    assert line.isprintable() or not set(map(unicodedata.category, line)) & {"Cc", "Cs", "Zl", "Zp"}
    assert json.loads(line) == {"x": text}
    assert table.width_of(table.cut(text, 10)) <= max(10, 1)


def test_harmless_signs_stay() -> None:
    """Emoji of several signs, joined letters and hard spaces are what they were; lines stay where they are wanted."""
    assert safe.safe("👩‍⚖️ Müller\u00a0AG") == "👩‍⚖️ Müller\u00a0AG"
    assert safe.safe("a\nb\x1b", safe.LINES) == "a\nb\\x1b"
    assert safe.safe("a\r\n\u202e") == "a\\r\\n\\u202e"


def test_outline() -> None:
    """A record is an outline: texts of several lines in blocks, records in records, and nothing that is empty."""
    record = {
        "id": "x",
        "tags": ["a", 2, None, True],
        "none": None,
        "body": "one\ntwo\x1b",
        "empty": [],
        "inner": {"deep": {"flag": False}},
        "steps": [{"id": "s", "body": "a\nb"}, {"id": "t"}, "plain\ntext", ["nested"]],
    }
    assert [*outline.outline(json.loads(json.dumps(record)))] == [
        "id: x",
        "tags: a, 2, , true",
        "body:",
        "  one",
        "  two\\x1b",
        "inner:",
        "  deep:",
        "    flag: false",
        "steps:",
        "  - id: s",
        "    body:",
        "      a",
        "      b",
        "  - id: t",
        "  - plain",
        "    text",
        "  - - nested",
    ]


@frozen
class Thing:
    """A record."""

    id: str
    note: str | None = None
    parts: tuple[int, ...] = ()


def test_csv_is_exact(capsys: pytest.CaptureFixture[str]) -> None:
    """Line breaks and quotes are quoted, what is nested is JSON, what is missing is empty; the title always comes."""
    rows = forms.Rows(["id", "note", "parts"], "csv")
    rows.add(Thing("a,b", 'x "y"\r', (1, 2)))
    rows.add({"id": "line\nbreak", "note": True})
    assert capsys.readouterr().out == 'id,note,parts\n"a,b","x ""y""\r","[1, 2]"\n"line\nbreak",true,\n'
    forms.print_rows([], ["id"], "csv")
    assert capsys.readouterr().out == "id\n"


def test_tables_of_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """No rows are told; columns without anything in them are not shown."""
    forms.print_rows([], ["id"], "people")
    assert capsys.readouterr() == ("", "there are none\n")
    forms.print_rows([{"id": "x", "none": None, "at": "2026-01-31T10:20:30.5Z"}], ["id", "none", "at"], "people")
    assert capsys.readouterr().out == "ID  AT\nx   2026-01-31T10:20Z\n"
    forms.print_rows([{"id": None}], ["id"], "people")
    assert capsys.readouterr().out == ""
