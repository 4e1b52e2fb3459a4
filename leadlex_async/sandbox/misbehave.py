"""Each kind of fault, as a change to the reply that was due."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

import orjson
from attrs import evolve, frozen

from .answers import Answer, Refusal
from .faults import TOO_MANY, Fault, Reply
from .quota import PLENTY, limited
from .world import World

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._http.wire import JSONValue, Response

Respond: TypeAlias = "Callable[[Answer], Response]"

_PAGE = b"<!doctype html><html><head><title>Gateway</title></head><body><h1>Please stand by</h1></body></html>"

_CODES = {
    400: "validation_error",
    401: "invalid_key",
    402: "insufficient_credits",
    403: "insufficient_permissions",
    404: "not_found",
    409: "conflict",
    413: "payload_too_large",
    502: "provider_error",
    503: "service_unavailable",
    504: "research_timeout",
}


@frozen
class _Scene:
    """A fault about to strike, and the answer that was due, if the request took effect."""

    world: World
    fault: Fault
    path: str
    answer: Answer | None
    respond: Respond

    @property
    def due(self) -> Answer:
        return self.answer or Answer(body=b'{"data":{}}')


def misbehave(world: World, fault: Fault, path: str, answer: Answer | None, respond: Respond) -> Reply:
    """The reply that a fault makes of the answer that was due."""
    return _KINDS[fault.kind](_Scene(world, fault, path, answer, respond))


def _status(scene: _Scene) -> Reply:
    status = scene.fault.answers
    if status == TOO_MANY:
        return _limited(scene)
    refusal = Refusal(status, _CODES.get(status, "internal_error"), f"The sandbox was told to answer {status}")
    return Reply(scene.respond(refusal.answer()))


def _limited(scene: _Scene) -> Reply:
    world = scene.world
    now = world.now()
    remaining = int(world.quota.headers(now).get("X-RateLimit-Remaining", PLENTY))
    # Remaining above zero is all that tells a spent minute from a spent day.
    headers = {"X_RateLimit_Remaining": str(max(1, remaining))}
    if world.retry_after:
        headers["Retry_After"] = str(math.ceil(scene.fault.seconds))
    return Reply(scene.respond(limited(now).answer(**headers)))


def _dropped(_: _Scene) -> Reply:
    return Reply(None)


def _held(scene: _Scene) -> Reply:
    return Reply(None, delay=scene.fault.seconds)


def _refused(_: _Scene) -> Reply:
    return Reply(None, refused=True)


def _slow(scene: _Scene) -> Reply:
    return Reply(scene.respond(scene.due), delay=scene.fault.seconds)


def _truncated(scene: _Scene) -> Reply:
    response = scene.respond(scene.due)
    return Reply(response, cut=len(response.body) // 2)


def _html(scene: _Scene) -> Reply:
    return Reply(scene.respond(Answer(scene.fault.answers, _PAGE, "text/html; charset=utf-8")))


def _garbage(scene: _Scene) -> Reply:
    return Reply(scene.respond(Answer(scene.fault.answers, b'{"data":{"\xff\x00')))


def _huge(scene: _Scene) -> Reply:
    return Reply(scene.respond(Answer(scene.fault.answers, b"{}")), padding=scene.fault.size)


def _redirect(scene: _Scene) -> Reply:
    target = {"Location": f"https://{scene.fault.host}{scene.path}"}
    return Reply(scene.respond(Answer(scene.fault.answers, headers=target)))


def _unknown_status(scene: _Scene) -> Reply:
    answer = scene.due
    if answer.content_type == "application/json" and answer.body:
        body: JSONValue = orjson.loads(answer.body)
        answer = evolve(answer, body=orjson.dumps(_galactic(body)))
    return Reply(scene.respond(answer))


def _galactic(value: JSONValue) -> JSONValue:
    if isinstance(value, list):
        return [_galactic(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: "galactic" if name == "status" and isinstance(item, str) else _galactic(item)
        for name, item in value.items()
    }


_KINDS: dict[str, Callable[[_Scene], Reply]] = {
    "status": _status,
    "reset": _dropped,
    "late": _dropped,
    "timeout": _held,
    "refused": _refused,
    "slow": _slow,
    "truncated": _truncated,
    "html": _html,
    "garbage": _garbage,
    "huge": _huge,
    "redirect": _redirect,
    "unknown_status": _unknown_status,
}
