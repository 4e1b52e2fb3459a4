"""A receiver of the sandbox's deliveries, and what it has received."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, cast

import orjson
from attrs import define, field, frozen
from support import settled

from leadlex_async.sandbox import PushFault, Sandbox

if TYPE_CHECKING:
    from leadlex_async._http.wire import JSONValue
    from leadlex_async.sandbox.records import Record

URL = "https://hooks.example.org/leadlex"
EVENT = "deal.created"


@frozen
class Got:
    """One delivery: when it came, and what it was."""

    at: float
    body: bytes
    headers: Mapping[str, str]

    @property
    def told(self) -> dict[str, JSONValue]:
        """The envelope."""
        return cast("dict[str, JSONValue]", orjson.loads(self.body))

    @property
    def event(self) -> str:
        """The name of the event."""
        return str(self.told["event"])

    @property
    def data(self) -> dict[str, JSONValue]:
        """The data of the event."""
        return cast("dict[str, JSONValue]", self.told["data"])

    @property
    def id(self) -> str:
        """The delivery id in the headers."""
        return self.headers["X-LeadLex-Delivery-ID"]

    @property
    def sent(self) -> float:
        """The timestamp in the headers."""
        return datetime.fromisoformat(self.headers["X-LeadLex-Timestamp"]).timestamp()

    def signed(self, secret: str) -> bool:
        """Whether it is signed with this secret, as the guide has it."""
        mac = hmac.new(secret.encode(), self.body, hashlib.sha256).hexdigest()
        return self.headers["X-LeadLex-Signature"] == f"sha256={mac}"


@define(eq=False)
class Receiver:
    """Notes what comes; answers what is in ``answers`` (an error is raised), and 200 after that."""

    sandbox: Sandbox
    answers: list[int | Exception] = field(factory=list["int | Exception"])
    got: list[Got] = field(factory=list[Got])
    began: float = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.began = self.sandbox.now()

    def __call__(self, body: bytes, headers: Mapping[str, str]) -> int:
        """Take a delivery in process."""
        self.got.append(Got(self.sandbox.now(), body, headers))
        answer = self.answers.pop(0) if self.answers else 200
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def events(self) -> list[str]:
        """The names of what came."""
        return [each.event for each in self.got]

    @property
    def times(self) -> list[float]:
        """When it came, in seconds since the start."""
        return [round(each.at - self.began, 3) for each in self.got]


def logs(sandbox: Sandbox, *names: str) -> list[object]:
    """Some fields of the log, in the order of the attempts."""
    rows: list[Record] = sorted(sandbox.store.deliveries, key=lambda row: str(row["created_at"]))
    return [row[names[0]] if len(names) == 1 else tuple(row[name] for name in names) for row in rows]


async def delivered(
    *events: str, fault: PushFault | None = None, answers: tuple[int | Exception, ...] = (), seconds: float = 0.0
) -> tuple[Sandbox, Receiver, str]:
    """Events pushed to one webhook, what came of them after a while, and the secret."""
    sandbox = Sandbox()
    secret = sandbox.add_webhook(URL, ["*", *events])
    if fault is not None:
        sandbox.push_fault(fault)
    receiver = Receiver(sandbox, [*answers])
    async with sandbox.delivering(receiver):
        for each in events:
            sandbox.emit(each, {"task": {"id": "t-1", "status": each.rpartition(".")[2]}})
        await settled()
        await asyncio.sleep(seconds)
    return sandbox, receiver, secret
