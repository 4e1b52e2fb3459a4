"""A real browser for tests: Chromium without a window, spoken to over the DevTools protocol."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
import orjson

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
OPTIONS = ("--headless", "--remote-debugging-port=0", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run")
PATIENCE = 20.0
KEYS = {"Tab": (9, ""), "Enter": (13, "\r"), "Escape": (27, "")}
DOMAINS = ("Page", "Runtime", "Log", "Audits")
COMPLAINTS = {"Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded", "Audits.issueAdded"}


def chromium() -> str | None:
    """The program; None where it is not installed."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def running(program: str) -> Generator[str]:
    """Start a browser and give the address at which it is driven."""
    sandboxed = () if os.geteuid() else ("--no-sandbox",)  # as root it refuses to run otherwise
    with tempfile.TemporaryDirectory(prefix="leadlex-chromium-", ignore_cleanup_errors=True) as profile:
        command = [program, *OPTIONS, *sandboxed, f"--user-data-dir={profile}"]
        with subprocess.Popen(  # noqa: S603 - the program is Chromium
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
        ) as process:
            try:
                assert process.stderr is not None
                told = next((line for line in process.stderr if "listening on" in line), None)
                assert told is not None, "Chromium ended before it listened"
                yield told.split()[-1]
            finally:
                os.killpg(process.pid, signal.SIGKILL)  # on Debian the program is a script that waits for the browser


@asynccontextmanager
async def tab(address: str) -> AsyncGenerator[Tab]:
    """A tab in a profile of its own."""
    async with aiohttp.ClientSession() as http, http.ws_connect(address, max_msg_size=0) as socket:
        opened = Tab(socket)
        hearing = asyncio.create_task(opened.hear())
        try:
            await opened.attach()
            yield opened
            await opened.leave()
        finally:
            hearing.cancel()
            await asyncio.wait([hearing])


class Tab:
    """One page in the browser. ``problems`` is what it complained of, other than requests that failed."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._session: dict[str, str] = {}
        self._numbers = itertools.count(1)
        self._awaited: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.context = ""
        self.problems: list[str] = []

    async def attach(self) -> None:
        """Open the tab."""
        self.context = (await self.send("Target.createBrowserContext"))["browserContextId"]
        target = await self.send("Target.createTarget", url="about:blank", browserContextId=self.context)
        attached = await self.send("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = {"sessionId": attached["sessionId"]}
        for domain in DOMAINS:
            await self.send(f"{domain}.enable")

    async def leave(self) -> None:
        """Close the tab and forget its profile."""
        self._session = {}
        await self.send("Target.disposeBrowserContext", browserContextId=self.context)

    async def hear(self) -> None:
        """Take in what the browser says."""
        async for message in self._socket:
            said = orjson.loads(message.data)
            waiting = self._awaited.pop(said.get("id", 0), None)
            if waiting is not None:
                waiting.set_result(said)
            elif said["method"] in COMPLAINTS and said["params"].get("entry", {}).get("source") != "network":
                self.problems.append(message.data)

    async def send(self, method: str, **params: object) -> dict[str, Any]:
        """Give a command and tell its result."""
        number = next(self._numbers)
        self._awaited[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "method": method, "params": params, **self._session})
        async with asyncio.timeout(PATIENCE):  # not wait_for: in Python 3.11 it may swallow the timeout of a caller
            answer = await self._awaited[number]
        assert "error" not in answer, (method, answer)
        result: dict[str, Any] = answer["result"]
        return result

    async def open(self, url: str) -> None:
        """Go to an address."""
        await self.send("Page.navigate", url=url)

    async def js(self, expression: str) -> Any:  # noqa: ANN401 - any JSON value
        """The value of an expression in the page."""
        told = await self.send("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    async def until(self, expression: str) -> None:
        """Wait until an expression is true in the page."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not await self.js(f"Boolean({expression})"):  # noqa: ASYNC110 - a page sets no event
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"never true: {expression}; the page: {await self.text()}") from None

    async def text(self, selector: str = "body") -> str:
        """What a person reads there."""
        return str(await self.js(f"document.querySelector({selector!r})?.innerText ?? ''"))

    async def click(self, selector: str) -> None:
        """Click in the middle of the first such element, with the mouse."""
        await self.until(f"document.querySelector({selector!r})")
        middle = "box => [box.x + box.width / 2, box.y + box.height / 2]"
        await self.js(f"document.querySelector({selector!r}).scrollIntoView({{block: 'center'}})")
        x, y = await self.js(f"({middle})(document.querySelector({selector!r}).getBoundingClientRect())")
        for kind in ("mousePressed", "mouseReleased"):
            await self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    async def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            code, text = KEYS[key]
            named = {"key": key, "code": key, "windowsVirtualKeyCode": code}
            await self.send("Input.dispatchKeyEvent", type="keyDown", text=text, **named)
            await self.send("Input.dispatchKeyEvent", type="keyUp", **named)

    async def write(self, text: str) -> None:
        """Write into what has the focus."""
        await self.send("Input.insertText", text=text)

    async def look(self, width: int, height: int = 800, *, dark: bool = False) -> None:
        """Have a window of this size, and a light or a dark one."""
        phone = width < 600  # narrower than any tablet
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone}
        await self.send("Emulation.setDeviceMetricsOverride", **size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.send("Emulation.setEmulatedMedia", features=[scheme])
