"""Sessions for the OpenAI Agents SDK, kept in a SQL database."""

from ._cache import CacheOptions
from ._errors import InvalidItemError, OperationConflictError
from ._history import CorruptRow
from ._session import HistoryWindow, ItemsWindow, PerSQLSession, TurnsWindow
from .words import from_agents_js_item, to_agents_js_item, to_responses_item

__all__ = [
    "CacheOptions",
    "CorruptRow",
    "HistoryWindow",
    "InvalidItemError",
    "ItemsWindow",
    "OperationConflictError",
    "PerSQLSession",
    "TurnsWindow",
    "from_agents_js_item",
    "to_agents_js_item",
    "to_responses_item",
]
