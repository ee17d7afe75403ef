from __future__ import annotations

from persql import PerSQLError


class InvalidItemError(PerSQLError):
    """An item that JSON could not give back unchanged. Nothing was stored. Its text quotes nothing of the item."""

    def __init__(self, message: str, *, item_index: int, item_path: str) -> None:
        super().__init__("invalid_argument", message)
        #: Position in the list of items.
        self.item_index = item_index
        #: Where in the item, such as ``.content[0].text``; empty for the item itself.
        self.item_path = item_path


class OperationConflictError(PerSQLError):
    """An operation id that was used for another change before. Nothing was stored."""

    def __init__(self) -> None:
        super().__init__(
            "api",
            "This operation id was already used for another change. Use a new id for a new change.",
            status=409,
        )


def invalid_argument(message: str) -> PerSQLError:
    return PerSQLError("invalid_argument", message)


def kind_of(error: PerSQLError) -> str | None:
    """Why its SQL failed, such as ``unknown_table``; ``None`` where it failed otherwise."""
    return error.detail["kind"] if error.detail is not None else None
