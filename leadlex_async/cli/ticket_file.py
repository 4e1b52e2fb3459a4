"""The file that ``leadlex launch --ticket`` leaves a ticket in."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import click


def ticket_file(text: str) -> Path:
    """A file that can be written, which is found out before anything is sent."""
    path = Path(text)
    try:
        path = path.resolve()
        if path.exists() and not path.is_file():
            raise click.BadParameter(f"{text} is not a regular file")
        handle, name = _beside(path)
        os.close(handle)
        Path(name).unlink()
    except OSError as error:
        raise click.BadParameter(f"{text} cannot be written: {error.strerror}") from None
    return path


def store(path: Path, text: str) -> None:
    """Write the file in one piece, for its owner only: a reader sees all of it or the one before."""
    handle, name = _beside(path)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(f"{text}\n")
            file.flush()
            os.fsync(handle)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def _beside(path: Path) -> tuple[int, str]:
    return tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # its mode is 0600
