"""Async Python SDK for LeadLex: start a campaign and wait until a person has approved it.

    async with LeadLex() as leadlex:
        launch = await leadlex.campaigns.start_and_wait_for_approval("campaign-uuid", timeout=3600)

Everything public is importable from here; ``leadlex_async.errors`` draws the tree of errors and
``leadlex_async.models`` holds the records.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from .errors import (
    AlreadyStarted,
    AmbiguousReference,
    APIError,
    ApprovalDismissed,
    ApprovalError,
    ApprovalFailed,
    ApprovalLost,
    ApprovalTimeout,
    AuthenticationError,
    Candidate,
    ClientClosed,
    ConfigurationError,
    Conflict,
    DecodeError,
    InsufficientCredits,
    JournalError,
    LeadLexError,
    NotFound,
    PayloadTooLarge,
    PermissionDenied,
    QuotaExhausted,
    RateLimited,
    RequestTimeout,
    ServerError,
    StartOutcomeUnknown,
    TransportError,
    ValidationError,
    WebhookVerificationError,
)

if TYPE_CHECKING:
    from ._http.pace import RateLimit
    from ._http.plan import Plan
    from ._http.record import Page
    from ._http.transport import Stream, Transport
    from ._http.wire import Request, Response
    from .approvals.launch import (
        Approve,
        Dismiss,
        Launch,
        LaunchUpdate,
        OnUpdate,
        Outcome,
        Reviewer,
        Until,
        UpdateKind,
        Verdict,
    )
    from .approvals.ticket import LaunchTicket
    from .bulk.plan import LaunchPlan
    from .bulk.report import LaunchProgress, LaunchReport, LaunchResult, OnProgress
    from .client import LeadLex
    from .models.lexi import LexiTask
    from .models.webhooks import WebhookEvent

__version__ = "0.1.0"

__all__ = [
    "APIError",
    "AlreadyStarted",
    "AmbiguousReference",
    "ApprovalDismissed",
    "ApprovalError",
    "ApprovalFailed",
    "ApprovalLost",
    "ApprovalTimeout",
    "Approve",
    "AuthenticationError",
    "Candidate",
    "ClientClosed",
    "ConfigurationError",
    "Conflict",
    "DecodeError",
    "Dismiss",
    "InsufficientCredits",
    "JournalError",
    "Launch",
    "LaunchPlan",
    "LaunchProgress",
    "LaunchReport",
    "LaunchResult",
    "LaunchTicket",
    "LaunchUpdate",
    "LeadLex",
    "LeadLexError",
    "LexiTask",
    "NotFound",
    "OnProgress",
    "OnUpdate",
    "Outcome",
    "Page",
    "PayloadTooLarge",
    "PermissionDenied",
    "Plan",
    "QuotaExhausted",
    "RateLimit",
    "RateLimited",
    "Request",
    "RequestTimeout",
    "Response",
    "Reviewer",
    "ServerError",
    "StartOutcomeUnknown",
    "Stream",
    "Transport",
    "TransportError",
    "Until",
    "UpdateKind",
    "ValidationError",
    "Verdict",
    "WebhookEvent",
    "WebhookVerificationError",
    "__version__",
]

# Imported when first used, so that `import leadlex_async` costs milliseconds: aiohttp takes a quarter of a second.
_LAZY = {
    "Approve": "approvals.launch",
    "Dismiss": "approvals.launch",
    "Launch": "approvals.launch",
    "LaunchPlan": "bulk.plan",
    "LaunchProgress": "bulk.report",
    "LaunchReport": "bulk.report",
    "LaunchResult": "bulk.report",
    "LaunchTicket": "approvals.ticket",
    "LaunchUpdate": "approvals.launch",
    "LeadLex": "client",
    "LexiTask": "models.lexi",
    "OnProgress": "bulk.report",
    "OnUpdate": "approvals.launch",
    "Outcome": "approvals.launch",
    "Page": "_http.record",
    "Plan": "_http.plan",
    "RateLimit": "_http.pace",
    "Request": "_http.wire",
    "Response": "_http.wire",
    "Reviewer": "approvals.launch",
    "Stream": "_http.transport",
    "Transport": "_http.transport",
    "Until": "approvals.launch",
    "UpdateKind": "approvals.launch",
    "Verdict": "approvals.launch",
    "WebhookEvent": "models.webhooks",
}


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f".{_LAZY[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__]
