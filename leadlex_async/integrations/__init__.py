"""Web backends: one client per app, and an endpoint that takes deliveries in.

``leadlex_async.integrations.aiohttp`` and ``.starlette`` (FastAPI too) bind both to the life of an app; with any other
framework use ``WebhookReceiver``.
"""

from .receipt import Receipt
from .receiver import WebhookReceiver

__all__ = ["Receipt", "WebhookReceiver"]
