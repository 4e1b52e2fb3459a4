"""The sandbox's page: tasks to decide, campaigns, requests and deliveries, in a browser."""

from __future__ import annotations

from .site import Page

__all__ = ["Page"]
