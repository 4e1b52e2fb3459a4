"""An extension of Sphinx: our docstrings are plain text, and our records say what they hold in their annotations."""
# ruff: noqa: INP001 - a script of Sphinx

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from contextlib import suppress
from enum import Enum
from itertools import pairwise
from typing import TYPE_CHECKING, is_typeddict

import leadlex_async
from leadlex_async._http.wire import JSONValue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import ModuleType

    from sphinx.application import Sphinx

_JSON = str(JSONValue)
_OPTIONAL = re.compile(r"^NotRequired\[(.*)\]$")
_INNER = r"\1"
_NOT_MADE_IN = ("leadlex_async.resources.", "leadlex_async.approvals.service", "leadlex_async.bulk.")


def setup(app: Sphinx) -> None:
    """Prepare the package, and have each docstring and signature read as ours are meant."""
    modules = [*_modules()]
    for first in (True, False):  # some of these names are made under the same condition elsewhere
        for module in modules:
            with suppress(*(ImportError,) * first):
                _import_for_types(module)
    app.connect("autodoc-process-docstring", _process_docstring)
    app.connect("autodoc-process-signature", _process_signature)


def _modules() -> Iterator[ModuleType]:
    yield leadlex_async
    for found in pkgutil.walk_packages(leadlex_async.__path__, "leadlex_async."):
        if not found.name.startswith("leadlex_async.cli"):
            yield importlib.import_module(found.name)


def _import_for_types(module: ModuleType) -> None:
    """Carry out what stands under ``if TYPE_CHECKING``, so that annotations can be read and linked."""
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            body = compile(ast.Module(node.body, []), str(module.__file__), "exec")
            exec(body, module.__dict__)  # noqa: S102 - our own package


def _process_docstring(_: Sphinx, __: str, ___: str, thing: object, ____: object, lines: list[str]) -> None:
    """Show indented paragraphs as they stand, the words of an enumeration, the keys of a body."""
    lines[:] = _with_literal_blocks([*lines])
    if inspect.isclass(thing):
        lines += ["", *_contents(thing), ""]


def _contents(kind: type[object]) -> Iterator[str]:
    if issubclass(kind, Enum):
        yield f"Words: {_listed(str(word.value) for word in kind)}"
    if is_typeddict(kind):
        yield from _keys(kind)


def _with_literal_blocks(lines: list[str]) -> Iterator[str]:
    last = ""
    for before, line in pairwise(["", *lines]):
        if line.startswith("    ") and not before and not last.startswith(" "):
            yield from ("::", "")
        yield line
        last = line or last


def _process_signature(
    _: Sphinx, __: str, ___: str, thing: object, ____: object, signature: str | None, returns: str | None
) -> tuple[str, str | None] | None:
    """Nothing of classes that are not made by calling them, and the short name of a type that is defined by itself."""
    if signature is None:
        return None
    if inspect.isclass(thing) and _is_made_elsewhere(thing):
        return "", None
    return _named(signature).replace("= NOTHING", "= ..."), returns and _named(returns)


def _named(signature: str) -> str:
    for _ in range(2):  # it is written out in itself, once
        signature = signature.replace(_JSON, "JSONValue")
    return signature


def _is_made_elsewhere(kind: type[object]) -> bool:
    return issubclass(kind, Enum) or "_is_protocol" in dir(kind) or kind.__module__.startswith(_NOT_MADE_IN)


def _keys(body: type[object]) -> Iterator[str]:
    kinds = {key: getattr(kind, "__forward_arg__", str(kind)) for key, kind in inspect.get_annotations(body).items()}
    left_out = {key for key, kind in kinds.items() if _OPTIONAL.match(kind)} | vars(body)["__optional_keys__"]
    shown = {key: f"{key}: {_OPTIONAL.sub(_INNER, kind)}" for key, kind in kinds.items()}
    for title, among in (("Keys", kinds.keys() - left_out), ("May be left out", left_out)):
        if among:
            yield from (f"{title}: {_listed(text for key, text in shown.items() if key in among)}", "")


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"``{word}``" for word in words) + "."
