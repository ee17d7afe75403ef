"""Sessions for the OpenAI Agents SDK, kept in a SQL database."""

from ._errors import InvalidItemError, OperationConflictError
from ._history import CorruptRow
from ._items import to_responses_item
from ._session import HistoryWindow, ItemsWindow, PerSQLSession, TurnsWindow

__all__ = [
    "CorruptRow",
    "HistoryWindow",
    "InvalidItemError",
    "ItemsWindow",
    "OperationConflictError",
    "PerSQLSession",
    "TurnsWindow",
    "to_responses_item",
]
