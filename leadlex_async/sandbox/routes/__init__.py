"""The documented operations the sandbox carries out, one module per group."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, cast

from ..table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..table import Route


def _all() -> Iterable[Route]:
    """The ``ROUTES`` of every module here."""
    for module in iter_modules(__path__, f"{__name__}."):
        yield from cast("Iterable[Route]", import_module(module.name).ROUTES)


TABLE = Table(_all())
"""Every route of the sandbox."""
