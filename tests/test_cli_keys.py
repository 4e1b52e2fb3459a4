"""Where ``leadlex`` finds its key, and which proxy it goes through."""

from __future__ import annotations

import asyncio
import os
import socket
from typing import TYPE_CHECKING

import pytest
from terminals import Here, ended_here
from test_cli import KEY, Program

from leadlex_async._http.wire import Secret
from leadlex_async.cli import clients, keys
from leadlex_async.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

    from leadlex_async.sandbox import Sandbox

__all__ = ["ended_here"]


def written(file: Path, text: str = KEY, mode: int = 0o600) -> Path:
    """A file of this mode."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(mode)
    return file


def test_the_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable comes first, then the file that is named, then that of the configuration, then that of the home."""
    for name in ("LEADLEX_API_KEY_FILE", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    places = {
        "HOME": written(tmp_path / ".config" / "leadlex" / "key", f"{KEY}_home"),
        "XDG_CONFIG_HOME": written(tmp_path / "config" / "leadlex" / "key", f" {KEY}_config\r\n"),
        "LEADLEX_API_KEY_FILE": written(tmp_path / "named", f"{KEY}_named", 0o400),
    }
    assert keys.find() == keys.Found(Secret(f"{KEY}_home"), str(places["HOME"]))
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    assert keys.find().where == str(places["HOME"])
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    assert keys.find() == keys.Found(Secret(f"{KEY}_config"), str(places["XDG_CONFIG_HOME"]))
    monkeypatch.setenv("LEADLEX_API_KEY_FILE", str(places["LEADLEX_API_KEY_FILE"]))
    assert keys.find().key == f"{KEY}_named"
    monkeypatch.setenv("LEADLEX_API_KEY", KEY)
    assert keys.find() == keys.Found(Secret(KEY), "LEADLEX_API_KEY")
    assert KEY not in repr(keys.find())


def test_no_key_and_no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a home there is just no key."""
    for name in ("LEADLEX_API_KEY_FILE", "XDG_CONFIG_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ConfigurationError, match=r"^no API key: set LEADLEX_API_KEY; or set LEADLEX_API_KEY_FILE to"):
        keys.find()


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o610])
def test_others_may_read_it(tmp_path: Path, mode: int) -> None:
    """A key that is not private is refused with the command that makes it so."""
    file = written(tmp_path / "a key", mode=mode)
    with pytest.raises(ConfigurationError, match=f"run chmod 600 '{file}'"):
        keys.private_text(file)


def test_files_that_are_none(tmp_path: Path) -> None:
    """What is missing, no regular file or no text is told; a named pipe does not keep the program waiting."""
    os.mkfifo(tmp_path / "pipe", 0o600)
    written(tmp_path / "bytes").write_bytes(b"\xff")
    wrong = {
        "none": "there is no such file",
        "bytes/none": "there is no such file",
        ".": "cannot be read|is not a regular file",
        "pipe": "is not a regular file",
        "bytes": "is no text",
        "x" * 300: "cannot be read: File name too long",
    }
    for name, expected in wrong.items():
        with pytest.raises(ConfigurationError, match=expected):
            keys.private_text(tmp_path / name)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_user(tmp_path: Path) -> None:
    """Who owns the file can change it: it must be the user."""
    file = written(tmp_path / "key")
    os.chown(file, 12345, 12345)
    with pytest.raises(ConfigurationError, match="belongs to another user"):
        keys.private_text(file)


def test_what_is_wrong_is_told(tmp_path: Path, ended_here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one line with exit code 1, and never with the key."""
    file = written(tmp_path / "key", mode=0o644)
    monkeypatch.setenv("LEADLEX_API_KEY_FILE", str(file))
    for command in (("tags.list",), ("contacts.get", "id=x")):
        run = ended_here("call", *command)
        assert (run.code, run.out) == (1, "")
        assert run.err == f"leadlex: others may read {file}, which holds a secret: run chmod 600 {file}\n"
    written(file, "  \n")
    assert ended_here("campaigns", "list").err == f"leadlex: {file} is empty: write the API key into it\n"
    written(file, "not a key")
    malformed = ended_here("campaigns", "list")
    assert "the API key is malformed" in malformed.err
    assert malformed.err.endswith(f"it was found in {file}\n")
    written(file, KEY)
    monkeypatch.setenv("LEADLEX_BASE_URL", "http://elsewhere.example")
    assert ended_here("campaigns", "list").err.startswith("leadlex: LEADLEX_BASE_URL must be https: ")
    monkeypatch.setenv("LEADLEX_API_KEY_FILE", str(tmp_path / "none"))
    assert "there is no such file" in ended_here("campaigns", "list").err


async def test_every_command_takes_the_file(sandbox: Sandbox, tmp_path: Path) -> None:
    """Launches and bulk launches, too."""
    written(tmp_path / "leadlex" / "key", f"{KEY}\n")
    program = Program({"XDG_CONFIG_HOME": str(tmp_path), "LEADLEX_BASE_URL": sandbox.url, "LEADLEX_API_KEY": ""})
    ids = [sandbox.add_campaign(recipients=10) for _ in range(2)]
    (tmp_path / "ids").write_text(ids[1])
    runs = await asyncio.gather(
        program.run("launch", ids[0]),
        program.run("launch-many", str(tmp_path / "ids")),
        program.run("launch-many", str(tmp_path / "ids"), "--plan"),
    )
    assert [run.code for run in runs] == [0, 0, 0]


@pytest.mark.parametrize(
    ("proxy", "excepted", "address", "expected"),
    [
        ("http://proxy.example:3128", "", "https://leadlex.example/x", "http://proxy.example:3128"),
        ("proxy.example:3128", "", "https://leadlex.example", "http://proxy.example:3128"),
        ("http://proxy.example", "leadlex.example", "https://leadlex.example", None),
        ("http://proxy.example", "", "http://127.0.0.1:8000", None),
        ("", "", "https://leadlex.example", None),
    ],
)
def test_the_proxy(
    monkeypatch: pytest.MonkeyPatch, proxy: str, excepted: str, address: str, expected: str | None
) -> None:
    """``HTTPS_PROXY`` is used unless ``NO_PROXY`` excepts the host; what stays on this machine goes through none."""
    for name in ("https_proxy", "no_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    monkeypatch.setenv("NO_PROXY", excepted)
    assert clients.proxy_for(address) == expected


@pytest.mark.parametrize(
    "proxy",
    [
        "socks5://user:secret@proxy.example",
        "http://",
        "http://[:x",
        "http://u:secret@proxy.example:99999",
        "http://u:1#secret@h:1",
    ],
)
def test_proxies_that_cannot_be(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    """Another kind of proxy is an error that does not show what may be a password."""
    monkeypatch.delenv("https_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(ConfigurationError, match=r"must be like http://proxy\.example:3128") as caught:
        clients.proxy_for("https://leadlex.example")
    assert "secret" not in str(caught.value)


async def test_requests_go_through_the_proxy() -> None:
    """The proxy is asked for a tunnel, and never sees the key."""
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = await asyncio.start_server(serve, sock=listening)
        proxy = f"http://127.0.0.1:{listening.getsockname()[1]}"
        variables = {"HTTPS_PROXY": proxy, "NO_PROXY": "", "https_proxy": proxy, "no_proxy": ""}
        run = await Program({"LEADLEX_API_KEY": KEY, "LEADLEX_BASE_URL": "https://leadlex.example", **variables}).run(
            "call", "tags.list"
        )
        server.close()
        await server.wait_closed()
    assert run.code == 1
    assert "the proxy refused the connection with status 403" in run.err
    assert asked[0].startswith(b"CONNECT leadlex.example:443")
    assert KEY.encode() not in b"".join(asked)
