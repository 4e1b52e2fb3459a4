"""What is wrong with the built site: ``python docs/check_site.py build/docs``. Nothing is fetched."""
# ruff: noqa: INP001 - a script

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

OUTSIDE = re.compile(r"(?:https?:)?//")
MADE = {"genindex.html", "py-modindex.html", "search.html"}
"""Pages of the generator, which need no link from ours."""


class Page(HTMLParser):
    """The anchors of a page, where it links to, and what it loads."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in one element."""
        found = {name: value or "" for name, value in attrs}
        self.anchors |= {found[name] for name in ("id", "name") if name in found}
        self.links += [found[name] for name in ("href", "src", "data") if found.get(name)]
        self.loaded += [found["src"]] if "src" in found else []
        self.loaded += [found["href"]] if tag == "link" and "href" in found else []

    def targets(self) -> Iterator[tuple[str, Path, str]]:
        """Each link within the site: as it stands, its file, its anchor."""
        for link in self.links:
            if not re.match(r"\w+:|//", link):
                parts = urlsplit(link)
                target = (self.path.parent / unquote(parts.path)).resolve() if parts.path else self.path
                yield link, target, unquote(parts.fragment)


def faults(site: Path) -> Iterator[str]:
    """Links that lead nowhere, pages that none leads to, and what would be loaded from elsewhere."""
    site = site.resolve()
    pages = {path: Page(path) for path in sorted(site.rglob("*.html")) if "_static" not in path.parts}
    for path, page in pages.items():
        where = path.relative_to(site)
        yield from (f"{where} loads {source}" for source in page.loaded if OUTSIDE.match(source))
        for link, target, anchor in page.targets():
            if not target.exists():
                yield f"{where} links to {link}, which is not there"
            elif anchor and target in pages and anchor not in pages[target].anchors:
                yield f"{where} links to {link}, which has no such anchor"
    for style in site.rglob("*.css"):
        if re.search(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//", style.read_text("utf-8")):
            yield f"{style.relative_to(site)} loads from elsewhere"
    yield from (f"no link leads to {path.relative_to(site)}" for path in sorted(_unreached(pages, site / "index.html")))


def _unreached(pages: dict[Path, Page], start: Path) -> set[Path]:
    reached: set[Path] = set()
    ahead = {start} & pages.keys()
    while ahead:
        reached |= ahead
        ahead = {target for path in ahead for _, target, _ in pages[path].targets()} & pages.keys() - reached
    return {path for path in pages.keys() - reached if path.name not in MADE}


if __name__ == "__main__":
    found = [*faults(Path(sys.argv[1]))]
    sys.exit("\n".join(found) or None)
