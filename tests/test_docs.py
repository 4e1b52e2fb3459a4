"""The documents: every block runs, every command exists, every link leads somewhere, every error has its section."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from itertools import pairwise
from typing import TYPE_CHECKING

import click
import pytest
from docs_blocks import PAGES, ROOT, Block, blocks, tokens
from docs_commands import Shell, check, commands

from leadlex_async import errors
from leadlex_async.testing import run_virtual

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DOCUMENTS = [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
LONGEST_README = 80
MOST_NOT_RUN = 1
QUESTIONS = ["What happened.", "Was anything sent?", "What to do."]


def name(page: Path) -> str:
    """A page as a test is called."""
    return str(page.relative_to(ROOT))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder to work in, with variables that reach nobody; both are left as they were."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    for variable, value in {
        "LEADLEX_API_KEY": "wbk_of_no_use",
        "LEADLEX_BASE_URL": "http://127.0.0.1:9",
        "LEADLEX_WEBHOOK_SECRET": "whsec_of_no_use",
        "NO_PROXY": "127.0.0.1",
    }.items():
        monkeypatch.setenv(variable, value)
    yield tmp_path
    for path in tmp_path.glob("*.py"):
        sys.modules.pop(path.stem, None)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_python_blocks_run(page: Path, folder: Path) -> None:
    """In their order, in one namespace: on a sandbox in virtual time, or with sockets where the page says so."""
    found = [*blocks(page)]
    run = asyncio.run if any(block.kind == "sockets" for block in found) else run_virtual
    run(carried_out([block for block in found if block.kind in {"python", "setup"}], folder))


async def carried_out(found: list[Block], folder: Path) -> None:
    """Save what a reader is told to save, and run what is no program."""
    namespace: dict[str, object] = {"__name__": "page"}
    for block in found:
        if block.file:
            (folder / block.file).write_text(block.text)
        if block.reason or block.program:
            assert block.code
            assert None not in [*block.imported()]
        else:
            await block.run(namespace)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_exist(page: Path) -> None:
    """With all their options; files are there, extras are ours."""
    found = [*blocks(page)]
    saved = {block.file for block in found}
    for block in found:
        for words in commands(block) if block.kind in {"console", "indented", "sh"} else ():
            check(words, saved)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    "line",
    [
        "leadlex tasks list --statsu pending",
        "leadlex call contacts.list --all --cvs > contacts.csv",
        "leadlex call contacts.list serach=Meier | head",
        "leadlex call contacts.crate",
        "LEADLEX_WEBHOOK_SECRET=whsec_... leadlex webhooks listen --prot 8080",
    ],
)
def test_wrong_commands_are_found(line: str) -> None:
    """A command, an option or a parameter that does not exist, whatever becomes of what is printed."""
    (words,) = commands(Block(page=ROOT / "README.md", line=1, kind="sh", text=line))
    with pytest.raises((click.UsageError, AssertionError)):
        check(words, set())


@pytest.mark.parametrize("page", [page for page in PAGES if "```console" in page.read_text("utf-8")], ids=name)
def test_console_blocks_print_what_they_show(page: Path, folder: Path) -> None:
    """A reader who saves the programs and types the commands sees the same."""
    with Shell() as shell:
        for block in blocks(page):
            if block.file:
                (folder / block.file).write_text(block.text)
            if block.kind == "console":
                shell.run(block)


def test_all_programs_of_the_tutorial_are_run() -> None:
    """None is saved and forgotten."""
    found = [*blocks(ROOT / "docs" / "tutorial.md")]
    shown = "".join(block.text for block in found if block.kind == "console")
    assert [block.file for block in found if block.file and f"python {block.file}" not in shown] == []


def test_few_blocks_are_not_run() -> None:
    """Each of them has its reason beside it."""
    reasons = [block.reason for page in PAGES for block in blocks(page) if block.reason]
    assert len(reasons) <= MOST_NOT_RUN


def test_the_readme_is_short() -> None:
    """It stays about one screen."""
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= LONGEST_README


def links(page: Path) -> Iterator[str]:
    """Where a page links to, within the project."""
    for token in tokens(page):
        for child in token.children or ():
            target = str(child.attrGet("href") or child.attrGet("src") or "")
            if target and not re.match(r"\w+:", target):
                yield target


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub and the site make them."""
    found = tokens(page)
    titles = [after.content for token, after in pairwise(found) if token.type == "heading_open"]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", DOCUMENTS, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    """To a file that is there, and to a heading that is in it."""
    broken: list[str] = []
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_every_page_is_linked_from_the_index() -> None:
    """Beside the navigation, which the site's build checks."""
    linked = {link.partition("#")[0] for link in links(ROOT / "docs" / "index.md")}
    there = {str(page.relative_to(ROOT / "docs")) for page in PAGES if page.parent != ROOT}
    assert there - linked - {"index.md"} == set()


def test_every_error_has_its_section() -> None:
    """With what happened, whether anything was sent, and what to do."""
    sections = re.split(r"^#+ (\w+)$", (ROOT / "docs" / "errors.md").read_text("utf-8"), flags=re.MULTILINE)
    told = dict(zip(sections[1::2], sections[2::2], strict=True))
    for error in errors.__all__:
        assert re.findall(r"^\*\*(.*?)\*\* \S", told[error], re.MULTILINE) == QUESTIONS, error


def test_every_public_module_is_in_the_reference() -> None:
    """A new resource or model gets its place there."""
    shown = "".join(path.read_text("utf-8") for path in (ROOT / "docs" / "reference").glob("*.rst"))
    package = ROOT / "leadlex_async"
    modules = {
        f"{folder}.{path.stem}" for folder in ("models", "resources") for path in package.glob(f"{folder}/[a-z]*.py")
    }
    assert {module for module in modules if f"automodule:: leadlex_async.{module}\n" not in shown} == set()


def checked(site: Path) -> list[str]:
    """What the check of a built site says."""
    command = [sys.executable, str(ROOT / "docs" / "check_site.py"), str(site)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own program
    assert done.returncode == bool(done.stderr)
    return done.stderr.splitlines()


def test_the_check_of_the_site_finds_what_is_wrong(tmp_path: Path) -> None:
    """Lost links, lost anchors, lost pages, and what comes from elsewhere; nothing in a site that is well."""
    (tmp_path / "a.html").write_text('<h1 id="top">A</h1><a href="index.html#a">back</a><a href="#top">up</a>')
    index = '<p id="a"></p><a href="a.html?v=1#top">a</a> <a href="https://example.com/">elsewhere</a>'
    (tmp_path / "index.html").write_text(index)
    assert checked(tmp_path) == []
    (tmp_path / "index.html").write_text(f'{index}<a href="b.html"></a><a href="a.html#b"></a><img src="//cdn/x.png">')
    (tmp_path / "lost.html").write_text("")
    (tmp_path / "style.css").write_text("@import 'https://example.com/font.css';")
    assert checked(tmp_path) == [
        "index.html loads //cdn/x.png",
        "index.html links to b.html, which is not there",
        "index.html links to a.html#b, which has no such anchor",
        "style.css loads from elsewhere",
        "no link leads to lost.html",
    ]
