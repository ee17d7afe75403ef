from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypedDict, Union, cast

from agents import TResponseInputItem
from persql import AsyncPerSQL, AsyncPerSQLDatabase, PerSQL, PerSQLDatabase, PerSQLError

from ._batches import Batches, Refused
from ._cache import CachedHistory, CacheOptions, HistoryCache, check_cache
from ._errors import OperationConflictError, invalid_argument
from ._history import Decoded, History, OnCorruptRow, is_too_large, warn_of_corrupt_row
from ._orphans import without_orphans
from ._rows import Item, decode_row, digest_of, encode_items
from ._tables import Tables, default_tables

if TYPE_CHECKING:
    from agents.memory import SessionSettings

_MAX_ID_LENGTH = 1024
_HALF_PAIR = re.compile("[\ud800-\udfff]")


class ItemsWindow(TypedDict):
    """The latest items, without those that only make sense with one that was left out."""

    items: int


class TurnsWindow(TypedDict):
    """The latest turns. A turn begins at a user message, unless the item before it is one too."""

    turns: int


HistoryWindow = Union[ItemsWindow, TurnsWindow]


@dataclass(frozen=True)
class _CompactionSnapshot:
    """What the SDK's `OpenAIResponsesCompactionSession` asks of a session that replaces items atomically."""

    items: list[TResponseInputItem]
    #: Whether these are all items of the session.
    complete: bool
    replace_suffix: Callable[[int, list[TResponseInputItem]], Awaitable[bool]]


class PerSQLSession:
    """A conversation of the OpenAI Agents SDK, kept in a SQL database.

    Any number of sessions, threads and processes may use one database, also the same session, and also those of
    ``@persql/openai-agents`` in TypeScript. Each change is one atomic batch; the tables are made in the first one.
    What a call has returned from is stored; a call that raises, always a `PerSQLError`, changed nothing, except where
    that error says that a write may have been applied.

    ``database`` is a handle of `persql`, synchronous or asynchronous, such as
    ``PerSQL(local="agents.db").database("local/main")``. Calls of a synchronous one are made in a thread. It is
    shared, and its client stays the caller's to close.

    ``session_settings`` is the SDK's `SessionSettings` or a dict of its fields: its ``limit`` is how many of the latest
    items are read where a call and a run do not say otherwise. ``window`` is what is read where nobody names a limit,
    and so what a run sends to the model: ``{"turns": 20}``, or ``{"items": 100}``. By default everything.

    A history that is read again is kept in memory, and each read checks that it still stands: ``get_items`` returns
    exactly what a read of everything would, as copies that the caller may change. ``cache`` is ``False`` to keep nothing,
    or ``{"bytes": n}`` for another bound than 64 MiB for each handle; those read least recently go first.

    ``create_tables`` is to be false where a migration makes the tables: then nothing is kept. ``on_corrupt_row`` is told of rows that do not
    hold an item, which are passed over; by default they are logged as warnings.
    """

    session_id: str

    def __init__(
        self,
        session_id: str,
        database: PerSQLDatabase | AsyncPerSQLDatabase,
        *,
        sessions_table: str = "agent_sessions",
        messages_table: str = "agent_messages",
        session_settings: SessionSettings | Mapping[str, Any] | None = None,
        window: HistoryWindow | None = None,
        create_tables: bool = True,
        cache: CacheOptions | bool = True,
        on_corrupt_row: OnCorruptRow = warn_of_corrupt_row,
    ) -> None:
        self.session_id = _check_id("session id", session_id)
        self._given_settings = None if session_settings is None else _to_settings(session_settings)
        names = (sessions_table, messages_table)
        tables = default_tables() if names == ("agent_sessions", "agent_messages") else Tables(*names)
        self._window = _check_window(window)
        self._batches = Batches(database, tables, create_tables)
        kept = check_cache(cache)
        cached = (
            CachedHistory(self._batches, self.session_id, HistoryCache.of(database, kept))
            if kept is not False and create_tables
            else None
        )
        self._history = History(self._batches, self.session_id, cached, on_corrupt_row)
        self._own_client: PerSQL | AsyncPerSQL | None = None

    @classmethod
    def from_token(
        cls, session_id: str, token: str, database: str, *, base_url: str | None = None, **options: Any
    ) -> PerSQLSession:
        """A session on the database ``"namespace/name"`` behind the API, with a client of its own.

        Use it in an ``async with`` block, or ``close`` it. ``base_url`` is as in `persql.AsyncPerSQL`, the options as in
        `PerSQLSession`.
        """
        client = AsyncPerSQL(token, base_url=base_url)
        session = cls(session_id, client.database(database), **options)
        session._own_client = client
        return session

    @classmethod
    def from_file(cls, session_id: str, path: str | os.PathLike[str], **options: Any) -> PerSQLSession:
        """A session in a local SQLite file, or in ``":memory:"``. Use it in an ``async with`` block, or ``close`` it."""
        client = PerSQL(local=path)
        session = cls(session_id, client.database("local/main"), **options)
        session._own_client = client
        return session

    @property
    def session_settings(self) -> SessionSettings | None:
        # They are made when they are asked for: to make them takes longer than all else of a new session.
        if self._given_settings is None:
            self._given_settings = _to_settings(None)
        return self._given_settings

    @session_settings.setter
    def session_settings(self, settings: SessionSettings | None) -> None:
        self._given_settings = settings

    async def get_items(self, limit: int | None = None) -> list[TResponseInputItem]:
        """The latest ``limit`` items, oldest first; none for a limit below one.

        Without a limit: that of ``session_settings``, or else what ``window`` says. Reading makes nothing.
        """
        items = await self._read(limit)
        return cast("list[TResponseInputItem]", items)

    async def _read(self, limit: int | None) -> list[Item]:
        if limit is None and self._given_settings is not None:
            limit = self._given_settings.limit
        if limit is not None:
            return await self._history.read_latest(_check_count("limit", limit))
        window: Mapping[str, Any] = self._window or {}
        if "items" in window:
            return without_orphans(await self._history.read_latest(window["items"]))
        if "turns" in window:
            return await self._history.read_turns(window["turns"])
        return await self._history.read_all()

    async def add_items(self, items: list[TResponseInputItem], *, operation_id: str | None = None) -> None:
        """Adds all items or none, in order, without items of others between them. No items: does nothing.

        Raises `InvalidItemError` for what JSON cannot give back unchanged. With an ``operation_id``, which is
        remembered with the items until the session is cleared, the same call again changes nothing; other items with
        the same id raise `OperationConflictError`.
        """
        texts = encode_items(items)
        tables = self._batches.tables
        inserts = [tables.insert(self.session_id, texts)] if texts else []
        if operation_id is None:
            if inserts:
                await self._batches.write([tables.touch(self.session_id), *inserts])
            return
        operation = _check_id("operation id", operation_id)
        digest = digest_of(items)
        once = tables.insert_operation(self.session_id, operation, digest)
        try:
            await self._batches.write(
                [tables.touch(self.session_id), once, *inserts], operations=True, guard=once
            )
        except Refused:
            known = await self._batches.read(tables.read_operation(self.session_id, operation))
            if known != [[digest]]:
                raise OperationConflictError from None

    async def pop_item(self) -> TResponseInputItem | None:
        """Removes the newest item and returns it; ``None`` for an empty history.

        Corrupt rows that are newer are dropped first, each in a batch of its own, and told to ``on_corrupt_row``.
        """
        return cast("TResponseInputItem | None", await self._history.pop())

    async def clear_session(self) -> None:
        """Removes the session with its items and its operation ids."""
        self._history.forget()
        await self._batches.write_if_there(self._batches.tables.clear(self.session_id))

    async def close(self) -> None:
        """Closes the client that the session made itself; does nothing to a database that was passed in."""
        if isinstance(self._own_client, AsyncPerSQL):
            await self._own_client.close()
        elif self._own_client is not None:
            await asyncio.to_thread(self._own_client.close)

    async def __aenter__(self) -> PerSQLSession:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def _get_compaction_snapshot(
        self, limit: int, *, prune_prefix: Callable[[TResponseInputItem], bool] | None = None
    ) -> _CompactionSnapshot | None:
        """The latest items, and how to replace the last of them on condition that nothing has changed meanwhile.

        ``prune_prefix`` says which of the oldest items the same change removes as well. ``None`` where the history
        cannot be replaced so: then the SDK reads, clears and adds.
        """
        # What reads or writes otherwise must not be passed by.
        if type(self) is not PerSQLSession:
            return None
        try:
            rows = await self._history.read_newest_rows(limit + 1)
        except PerSQLError as error:
            if is_too_large(error):
                return None
            raise
        complete = len(rows) <= limit
        if not complete:
            rows = rows[1:]
        items = [row.item for row in rows if row.item is not None]
        if len(items) < len(rows):
            return None

        async def replace_suffix(start: int, output: list[TResponseInputItem]) -> bool:
            tail = rows[start:]
            return bool(tail) and await self._replace_tail(tail, output, limit, prune_prefix)

        return _CompactionSnapshot(cast("list[TResponseInputItem]", items), complete, replace_suffix)

    async def _replace_tail(
        self,
        tail: Sequence[Decoded],
        output: list[TResponseInputItem],
        page: int,
        prune_prefix: Callable[[TResponseInputItem], bool] | None,
    ) -> bool:
        """False, and nothing changed, where these rows no longer are the newest."""
        tables, session = self._batches.tables, self.session_id
        first, last = tail[0].id, tail[-1].id
        texts = encode_items(output)
        pruned = 0 if prune_prefix is None else await self._read_pruned(first, page, prune_prefix)
        guard = tables.expect_tail(session, first, last, len(tail))
        statements = [tables.touch(session), guard]
        if pruned:
            statements.append(tables.delete(session, 0, pruned))
        if texts:
            statements.append(tables.insert(session, texts))
        statements.append(tables.delete(session, first, last))
        self._history.forget()
        try:
            await self._batches.write(statements, guard=guard)
        except Refused:
            return False
        return True

    async def _read_pruned(self, before: int, page: int, prune: Callable[[TResponseInputItem], bool]) -> int:
        """The id of the last of the oldest rows before one that are to be pruned; 0 where none is."""
        pruned = 0
        while True:
            rows = await self._batches.read(
                self._batches.tables.read_from(self.session_id, before, pruned, page)
            )
            for row_id, text in rows:
                item = decode_row(text)
                if item is None or not prune(cast("TResponseInputItem", item)):
                    return pruned
                pruned = cast("int", row_id)
            if len(rows) < page:
                return pruned


def _to_settings(given: SessionSettings | Mapping[str, Any] | None) -> SessionSettings | None:
    try:
        from agents.memory import SessionSettings
    except ImportError:
        if given is None:
            return None
        raise invalid_argument(
            "This version of openai-agents has no session settings. Pass a window instead."
        ) from None
    if given is None:
        return SessionSettings()
    if isinstance(given, SessionSettings):
        return given
    try:
        # The class itself passes over fields that it does not have.
        if set(given) <= {field.name for field in fields(SessionSettings)}:
            return SessionSettings(**given)
        raise ValueError
    except (TypeError, ValueError):
        raise invalid_argument(
            "session_settings must be a SessionSettings, or a dict of its fields."
        ) from None


def _check_id(what: str, value: object) -> str:
    if not isinstance(value, str):
        raise invalid_argument(f"The {what} must be a string.")
    if value.strip() == "":
        raise invalid_argument(f"The {what} must not be empty or blank.")
    if len(value) > _MAX_ID_LENGTH:
        raise invalid_argument(
            f"The {what} has {len(value)} characters; at most {_MAX_ID_LENGTH} are allowed."
        )
    if "\0" in value:
        raise invalid_argument(f"The {what} must not contain a NUL character: databases cut text there.")
    if _HALF_PAIR.search(value):
        raise invalid_argument(f"The {what} must not contain half of a surrogate pair.")
    return value


def _check_count(what: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise invalid_argument(f"{what} must be a whole number.")
    return min(value, 2**53 - 1)


def _check_window(window: HistoryWindow | None) -> HistoryWindow | None:
    if window is None:
        return None
    if isinstance(window, Mapping) and set(window) in ({"items"}, {"turns"}):  # pyright: ignore[reportUnnecessaryIsInstance]
        (count,) = window.values()
        if isinstance(count, int) and not isinstance(count, bool) and count > 0:
            return window
    raise invalid_argument('window must be {"items": n} or {"turns": n}, with a whole number of at least 1.')
