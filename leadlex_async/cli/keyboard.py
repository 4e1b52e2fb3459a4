"""Reading a terminal inside the event loop, so that a signal ends the reading at once."""

from __future__ import annotations

import asyncio
import os
import sys
import termios
import tty


async def key() -> str:
    """One key, without Enter; nothing when the terminal is gone. What was typed before is not taken for an answer."""
    terminal = sys.stdin.fileno()
    try:
        before = termios.tcgetattr(terminal)
        tty.setcbreak(terminal)
        try:
            return await _read(terminal)
        finally:
            termios.tcsetattr(terminal, termios.TCSADRAIN, before)
    except termios.error:
        return ""


async def line() -> str:
    """A line that ends in Enter; nothing when the terminal is gone, or at Ctrl-D."""
    return await _read(sys.stdin.fileno())


async def _read(terminal: int) -> str:
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(terminal, ready.set)
    try:
        await ready.wait()
        return os.read(terminal, 4096).decode(errors="replace")
    except OSError:
        return ""
    finally:
        loop.remove_reader(terminal)
