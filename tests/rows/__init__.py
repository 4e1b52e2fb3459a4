"""The rows of all operations, a module a resource."""

from . import campaigns, contacts, lexi, lists
from ._row import Row, collect

ROWS = [*campaigns.ROWS, *contacts.ROWS, *lexi.ROWS, *lists.ROWS]

__all__ = ["ROWS", "Row", "collect"]
