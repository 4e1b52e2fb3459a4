"""The blocks of a page of the documents: found, compiled, and run in one namespace."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen
from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType

    from markdown_it.token import Token

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]

_REMARK = re.compile(r"<!-- (setup|sockets|not run: (.*?))\n?(?:(?<=setup\n)(.*))?-->", re.DOTALL)
_FILE = re.compile(r"`(\w+\.py)`[^`]*:$")


@frozen(kw_only=True)
class Block:
    """A piece of code; ``kind`` is the language of a fence, ``setup``, ``sockets``, or ``indented``."""

    page: Path
    line: int
    kind: str
    text: str
    reason: str = ""
    """Why it cannot run."""
    file: str = ""
    """The file in which a reader is told to save it."""

    @property
    def program(self) -> bool:
        """Whether it runs by itself, with a loop of its own."""
        return "asyncio.run(" in self.text or "\nrun_virtual(" in self.text

    @property
    def code(self) -> CodeType:
        """The block, compiled; ``await`` may stand outside of functions, tracebacks name the page's lines."""
        text = "\n" * self.line + self.text
        code: CodeType = compile(text, str(self.page), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        return code

    async def run(self, namespace: dict[str, object]) -> None:
        """Carry it out."""
        code = self.code
        outcome: object = eval(code, namespace)  # noqa: S307 - our own page
        if code.co_flags & inspect.CO_COROUTINE:
            assert inspect.isawaitable(outcome)
            await outcome

    def imported(self) -> Iterator[object]:
        """What it imports, looked up."""
        for node in ast.walk(ast.parse(self.text)):
            if isinstance(node, ast.Import):
                yield from (importlib.import_module(alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                module = importlib.import_module(node.module)
                yield from (getattr(module, alias.name) for alias in node.names)


def tokens(page: Path) -> list[Token]:
    """The page as CommonMark has it, with tables."""
    return MarkdownIt("commonmark").enable("table").parse(page.read_text("utf-8"))


def blocks(page: Path) -> Iterator[Block]:
    """All blocks of a page, hidden ones too, in their order."""
    reason = last = ""
    for token in tokens(page):
        line = token.map[0] if token.map else 0
        if token.type == "inline":
            last = token.content
        elif token.type == "html_block" and (remark := _REMARK.match(token.content)):
            reason = remark[2] or ""
            kind = remark[1].partition(":")[0]
            yield Block(page=page, line=line + 1, kind=kind, text=remark[3] or "")
        elif token.type in {"fence", "code_block"}:
            file = _FILE.search(last)
            yield Block(
                page=page,
                line=line + (token.type == "fence"),
                kind=token.info or "indented",
                text=token.content,
                reason=reason,
                file=file[1] if file else "",
            )
            reason = last = ""
