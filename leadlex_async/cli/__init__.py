"""The ``leadlex`` command line, which needs the extra ``cli``."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from io import TextIOWrapper

__all__ = ["main"]

NEEDS = ("click", "rich")


def main() -> None:
    """Run the command line with the arguments of this process, and exit."""
    if any(find_spec(name) is None for name in NEEDS):
        sys.exit('the command line needs: pip install "leadlex_async[cli]"')
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a name the terminal cannot show ends no command
    try:
        from .app import run_app

        sys.exit(run_app())
    except KeyboardInterrupt:
        sys.exit(130)
