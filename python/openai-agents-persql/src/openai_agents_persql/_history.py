"""Reads the histories of a database: rows decoded, corrupt ones passed over, large ones in pages."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import cast

from persql import PerSQLError, Statement

from ._batches import Batches, Row
from ._cache import CachedHistory
from ._errors import kind_of
from ._rows import Item, decode_row, decode_rows
from .words import to_responses_item

_NO_LIMIT = -1
_NO_BOUND = 2**53 - 1
#: Half of what a server gives in one answer, so that escapes have room.
_MOST_BYTES = 32 * 1024 * 1024
#: Below this, a page is one row.
_LEAST_BYTES = 64 * 1024
_ATTEMPTS = 20

_logger = logging.getLogger("openai_agents_persql")


@dataclass(frozen=True)
class CorruptRow:
    """A row that could not be turned into an item. Holds nothing of its content."""

    session_id: str
    table: str
    row_id: int
    #: Whether the row was removed, by a pop that went on to the next valid item.
    dropped: bool


OnCorruptRow = Callable[[CorruptRow], None]


def warn_of_corrupt_row(row: CorruptRow) -> None:
    _logger.warning(
        '%s row %d of "%s" in session "%s": it does not hold a valid item.',
        "Dropped" if row.dropped else "Passed over",
        row.row_id,
        row.table,
        row.session_id,
    )


@dataclass(frozen=True)
class Decoded:
    id: int
    #: Nothing where the row is corrupt.
    item: Item | None


class History:
    """Reads one session. All items come in the words of the Responses API, whichever SDK wrote them."""

    def __init__(
        self, batches: Batches, session: str, cached: CachedHistory | None, on_corrupt_row: OnCorruptRow
    ) -> None:
        self._batches = batches
        self._cached = cached
        self._tables = batches.tables
        self._session = session
        self._on_corrupt_row = on_corrupt_row

    async def read_all(self) -> list[Item]:
        try:
            found = "unread" if self._cached is None else await self._cached.read()
        except PerSQLError as error:
            if not is_too_large(error):
                raise
            found = None
        if found == "unread":
            found = await self._read_texts(self._tables.read_all(self._session))
        return found if isinstance(found, list) else self._valid(await self._read_in_pages())

    async def read_latest(self, limit: int) -> list[Item]:
        if limit <= 0:
            return []
        found = await self._read_texts(self._tables.read_latest(self._session, limit))
        return self._valid(await self._read_in_pages(limit=limit)) if found is None else found

    async def read_turns(self, turns: int) -> list[Item]:
        found = await self._read_texts(self._tables.read_turns(self._session, turns))
        if found is not None:
            return found
        rows = await self._batches.read(self._tables.read_turn_start(self._session, turns))
        return self._valid(await self._read_in_pages(first=int(cast("int", rows[0][0])) if rows else 0))

    async def read_newest_rows(self, limit: int, before: int = _NO_BOUND) -> list[Decoded]:
        """Oldest first."""
        rows = await self._batches.read(self._tables.read_rows(self._session, before, limit))
        return decoded(reversed(rows))

    def forget(self) -> None:
        """To be called ahead of a change that does not only add."""
        if self._cached is not None:
            self._cached.forget()

    async def pop(self) -> Item | None:
        self.forget()
        while True:
            (rows,) = await self._batches.write_if_there([self._tables.pop(self._session)])
            if not rows:
                return None
            ((row_id, text),) = rows
            item = decode_row(text)
            if item is not None:
                return to_responses_item(item)
            self._report(cast("int", row_id), dropped=True)

    async def _read_texts(self, statement: Statement) -> list[Item] | None:
        """Nothing where a row may be corrupt, or where all of them are too large for one answer."""
        try:
            rows = await self._batches.read(statement)
        except PerSQLError as error:
            if is_too_large(error):
                return None
            raise
        items = decode_rows([text for (text,) in rows])
        return None if items is None else [to_responses_item(item) for item in items]

    async def _read_in_pages(self, *, first: int = 0, limit: int | None = None) -> list[Decoded]:
        """The rows from ``first`` on, or the newest ones that hold ``limit`` items, oldest first.

        They are what the session held at one moment: rows never change and ids only grow, so as long as there are as
        many rows up to the one that was the newest, they are the same ones. Where they no longer are, it starts over.
        """
        for _ in range(_ATTEMPTS):
            rows = await self._read_pages_once(first, limit)
            if rows is not None:
                return rows
        raise PerSQLError(
            "api",
            f"The history was rewritten {_ATTEMPTS} times while it was being read. "
            "Try again when others write less.",
            status=409,
        )

    async def _read_pages_once(self, first: int, limit: int | None) -> list[Decoded] | None:
        extent = await self._batches.read(self._tables.read_extent(self._session))
        last, count = cast("list[int]", extent[0]) if extent else (0, 0)
        newest: list[Decoded] = []
        found = 0
        before = last + 1
        size = _MOST_BYTES
        while limit is None or found < limit:
            # Some more than are wanted, because some will be corrupt.
            rows_at_most = _NO_LIMIT if limit is None else 2 * (limit - found) + 16
            page = self._tables.read_page(self._session, first, before, rows_at_most, size)
            try:
                rows, through = await self._batches.read_each(
                    [page, self._tables.count_through(self._session, last)]
                )
            except PerSQLError as error:
                if size == 0 or not is_too_large(error):
                    raise
                size = size // 4 if size // 4 >= _LEAST_BYTES else 0
                continue
            if through[0][0] != count:
                return None
            for row in decoded(rows):
                if limit is not None and found == limit:
                    break
                newest.append(row)
                found += row.item is not None
            if not rows:
                break
            before = cast("int", rows[-1][0])
        return newest[::-1]

    def _valid(self, rows: list[Decoded]) -> list[Item]:
        items: list[Item] = []
        for row in rows:
            if row.item is None:
                self._report(row.id, dropped=False)
            else:
                items.append(row.item)
        return items

    def _report(self, row_id: int, *, dropped: bool) -> None:
        self._on_corrupt_row(CorruptRow(self._session, self._tables.messages, row_id, dropped))


def decoded(rows: Iterable[Row]) -> list[Decoded]:
    items = ((cast("int", row_id), decode_row(text)) for row_id, text in rows)
    return [Decoded(row_id, None if item is None else to_responses_item(item)) for row_id, item in items]


def is_too_large(error: PerSQLError) -> bool:
    return kind_of(error) == "too_large" or error.status == 413
