"""The rows of all operations, a module a resource."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import cast

from ._row import Row, collect

MODULES = sorted(module.name for module in iter_modules(__path__) if not module.name.startswith("_"))
ROWS = [row for name in MODULES for row in cast("list[Row]", import_module(f".{name}", __name__).ROWS)]

__all__ = ["MODULES", "ROWS", "Row", "collect"]
