"""The list of all operations: ``leadlex ops`` and the page made of it."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from leadlex_async import catalog
from leadlex_async.cli.app import program

PAGE = Path(__file__).parent.parent / "docs" / "api.md"


def printed(*arguments: str) -> str:
    """What the command prints."""
    ended = CliRunner().invoke(program, ["ops", *arguments])
    assert ended.exit_code == 0, ended.output
    return ended.output


def test_the_page_is_up_to_date() -> None:
    """``make api`` writes it anew."""
    assert PAGE.read_text() == printed("--markdown")


def test_every_operation_has_a_line() -> None:
    """With method, path, permission and name."""
    head, *lines = printed().splitlines()
    assert head.split() == ["PYTHON", "METHOD", "PATH", "PERMISSION", "CREDITS"]
    assert len(lines) == len(catalog.operations())
    assert "lexi.autoresearch          POST    /v1/lexi/autoresearch" in printed()
    assert [line.split()[:3] for line in lines] == [
        [each.name, each.op.method, each.op.path] for each in catalog.operations()
    ]


def test_programs_read_json() -> None:
    """One object a line."""
    known = {each["name"]: each for each in map(json.loads, printed("--json").splitlines())}
    assert len(known) == len(catalog.operations())
    assert known["companies.import_rows"] == {
        "name": "companies.import_rows",
        "methods": ["import_rows", "import_csv"],
        "method": "POST",
        "path": "/v1/import/companies",
        "scope": "write:companies",
        "credits": "",
        "idempotent": True,
        "parameters": dict.fromkeys(("csv", "update_existing", "tags", "has_header", "mapping", "rows"), "body"),
        "required": [],
    }
