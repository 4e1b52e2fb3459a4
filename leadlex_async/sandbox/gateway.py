"""From a request record to a reply record: key, quota, route, effect, fault."""

from __future__ import annotations

from email.utils import formatdate
from functools import lru_cache, partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from attrs import define
from multidict import CIMultiDict

from .._http.wire import Request, Response
from . import audit, keys, openapi
from .announce import announce, before
from .answers import Answer, Refusal
from .call import Call
from .faults import Fault, Reply, take
from .misbehave import misbehave
from .routes import TABLE
from .table import GATEWAY, Route
from .world import LogEntry

if TYPE_CHECKING:
    from .world import World


@define(eq=False)
class _Visit:
    """One request on its way through the gateway."""

    request: Request
    now: float
    path: str
    query: str
    request_id: str
    route: Route | None = None
    call: Call | None = None
    refusal: Refusal | None = None
    fault: Fault | None = None


def handle(world: World, request: Request) -> Reply:
    """Answer one request; everything that was due before happens first."""
    now = world.settle()
    target = urlsplit(request.url)
    if target.path.removeprefix(GATEWAY) == openapi.PATH:
        return Reply(Response(200, {"Content-Type": "application/json"}, openapi.document()))
    visit = _Visit(request, now, target.path, target.query, f"req_{next(world.request_ids):026X}")
    early = _enter(world, visit)
    reply = Reply(_respond(world, visit, early)) if early is not None else _reply(world, visit)
    reply.delay += world.latency
    if not reply.refused:
        _record(world, visit, reply)
    return reply


def _enter(world: World, visit: _Visit) -> Answer | None:
    """The answer of a request that does not get in: without a key, or over the limit."""
    try:
        visit.route, arguments = TABLE.find(visit.request.method, visit.path)
        visit.call = Call(visit.now, arguments, visit.query, visit.request.body or b"")
    except Refusal as refusal:
        visit.refusal = refusal
    try:
        permissions = keys.authenticate(world, header(visit.request, "Authorization"), visit.now)
    except Refusal as refusal:
        return refusal.answer()
    if visit.call is not None:
        visit.call.permissions = permissions
    spent = world.quota.spent(visit.now)
    if spent is None:
        return None
    return spent.refusal.answer(**({"Retry_After": str(spent.wait)} if world.retry_after else {}))


def _reply(world: World, visit: _Visit) -> Reply:
    visit.fault = fault = take(world.faults, visit.route.label if visit.route else "")
    if fault is None:
        world.quota.charge(visit.now)
        return Reply(_respond(world, visit, _carry_out(world, visit, visit.now)))
    if not fault.free:
        world.quota.charge(visit.now)
    if fault.kind == "late":
        world.agenda.add(visit.now + fault.seconds, partial(_carry_out_late, world, visit))
    reads = visit.request.method == "GET"
    answer = _carry_out(world, visit, visit.now) if fault.effective or reads else None
    return misbehave(world, fault, visit.path, answer, partial(_respond, world, visit))


def _carry_out(world: World, visit: _Visit, now: float) -> Answer:
    """Let the request take effect."""
    try:
        if visit.route is None or visit.call is None:
            return (visit.refusal or Refusal(404, "not_found", "No such endpoint")).answer()
        visit.call.now = now
        visit.route.check(visit.call)
        key = header(visit.request, "Idempotency-Key") if visit.route.op.idempotent else ""
        if not key:
            return _take_effect(world, visit, visit.route, visit.call)
        return _carry_out_once(world, visit, visit.route, visit.call, key)
    except Refusal as refusal:
        return refusal.answer()


def _carry_out_late(world: World, visit: _Visit, at: float) -> None:
    _carry_out(world, visit, at)


def _take_effect(world: World, visit: _Visit, route: Route, call: Call) -> Answer:
    """What a write brought about goes into the audit log and to the webhooks, whatever becomes of its answer."""
    earlier = before(world, route, call)
    request, answer = visit.request, route.handler(world, call)
    status, sent = answer.status, request.headers
    audit.record(world, call, route.method, visit.path, status, visit.request_id, headers=sent, body=answer.body)
    announce(world, route, call, answer, earlier)
    return answer


def _carry_out_once(world: World, visit: _Visit, route: Route, call: Call, key: str) -> Answer:
    fingerprint = (route.method, f"{visit.path}?{visit.query}", call.raw_body)
    answer = world.replays.find(key, fingerprint, call.now)
    if answer is None:
        answer = _take_effect(world, visit, route, call)
        world.replays.keep(key, fingerprint, call.now, answer)
    return answer


def _respond(world: World, visit: _Visit, answer: Answer) -> Response:
    headers = CIMultiDict[str]({"Date": _date(int(visit.now)), "X-Request-ID": visit.request_id})
    headers.update(world.quota.headers(visit.now))
    headers.update(answer.headers)
    if answer.body:
        headers["Content-Type"] = answer.content_type
    return Response(answer.status, headers, answer.body)


@lru_cache(8)
def _date(second: int) -> str:
    return formatdate(second, usegmt=True)


def _record(world: World, visit: _Visit, reply: Reply) -> None:
    world.log.append(
        LogEntry(
            at=visit.now,
            method=visit.request.method,
            path=visit.path,
            query=visit.query,
            operation=visit.route.label if visit.route else "",
            status=reply.response.status if reply.response else None,
            fault=visit.fault.kind if visit.fault else None,
        )
    )


def header(request: Request, name: str) -> str:
    """A header of the request, whatever the case of its name; empty without one."""
    if name in request.headers:
        return request.headers[name]
    wanted = name.lower()
    return next((value for known, value in request.headers.items() if known.lower() == wanted), "")
