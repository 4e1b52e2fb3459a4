"""Tests of programs that wait: a two-day wait in milliseconds.

    launch = run_virtual(main())     # every asyncio.sleep and timeout in main() passes at once

With this package installed, pytest has the fixtures ``leadlex_sandbox`` and ``leadlex`` and the markers
``leadlex_sandbox`` and ``leadlex_virtual_time``: see ``leadlex_async.testing.plugin``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .virtual_time import VirtualTimeLoop, run_virtual

__all__ = ["VirtualTimeLoop", "run_virtual"]


def __getattr__(name: str) -> object:
    # pytest imports this package in every run of every project: asyncio comes when it is needed.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import virtual_time  # noqa: PLC0415 - as above

    value: object = getattr(virtual_time, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__]
