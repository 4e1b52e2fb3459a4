"""Bulk launches that any of several machines can carry on with, on DBOS; they need the extra ``durable``."""

from .service import DurableLaunches

__all__ = ["DurableLaunches"]
