"""Runs the statements of sessions on one database, which may be of either world."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Union, cast
from weakref import WeakKeyDictionary

from persql import AsyncPerSQLDatabase, PerSQLDatabase, PerSQLError, SqlValue, Statement

from ._errors import invalid_argument, kind_of
from ._tables import Tables

Database = Union[PerSQLDatabase, AsyncPerSQLDatabase]
Row = list[SqlValue]

_CONSTRAINTS = ("unique_violation", "not_null_violation", "fk_violation", "check_violation")


@dataclass
class _Known:
    is_async: bool
    tables: bool = False
    operations: bool = False
    #: Whether they are there, as far as is known.
    marks: bool = True


#: What was made, for each database: sessions share it.
_known: WeakKeyDictionary[Any, dict[tuple[str, str], _Known]] = WeakKeyDictionary()


class Refused(Exception):
    """A statement of the batch broke a constraint on purpose. Nothing was changed."""


class Batches:
    """Each call is one request, and each `write` one transaction that makes what is missing of the tables."""

    def __init__(self, database: Database, tables: Tables, create_tables: bool) -> None:
        if not callable(getattr(database, "batch", None)) or not callable(getattr(database, "query", None)):
            raise invalid_argument(
                'The database must be a handle of persql, such as PerSQL(local="agents.db").database("local/main").'
            )
        self.tables = tables
        self._database: Any = database
        # What wraps a handle may have the others only.
        self._at_once = getattr(database, "read_at_once", _not_at_once)
        self._create_tables = create_tables
        known = _known.setdefault(database, {})
        names = (tables.sessions, tables.messages)
        self._known = known.get(names) or known.setdefault(
            names, _Known(inspect.iscoroutinefunction(database.batch))
        )

    async def read(self, statement: Statement) -> list[Row]:
        """The rows of one statement; none where there are no tables."""
        at_once = self._at_once([statement])
        if at_once is not None:
            return at_once[0]
        try:
            found = await self._read(
                self._database.query, statement["sql"], statement.get("params"), read_only=True
            )
        except PerSQLError as error:
            if kind_of(error) != "unknown_table":
                raise
            self._missing_tables(error)
            return []
        return cast("list[Row]", found["rows"])

    async def read_each(self, statements: Sequence[Statement]) -> list[list[Row]]:
        """The rows of each statement, all of one moment."""
        at_once = self._at_once(statements)
        if at_once is not None:
            return at_once
        found = await self._read(self._database.batch, statements, transaction=True, read_only=True)
        return [result["rows"] for result in found]

    @property
    def has_marks(self) -> bool:
        """Whether to try `read_marked`."""
        return self._known.marks

    async def read_marked(self, statements: Sequence[Statement]) -> list[list[Row]] | None:
        """As `read_each`, of statements that read marks; nothing where there are none, or where they are out of reach."""
        try:
            return await self.read_each(statements)
        except PerSQLError as error:
            kind = kind_of(error)
            if kind not in ("unknown_table", "readonly", "forbidden"):
                raise
        self._known.marks = False
        if kind == "unknown_table":
            # The next change makes what is missing.
            self._known.tables = False
        return None

    async def write(
        self, statements: Sequence[Statement], *, operations: bool = False, guard: Statement | None = None
    ) -> list[list[Row]]:
        """The rows of each statement. Raises `Refused` where the ``guard``, one of them, fails."""
        missing = self._missing(operations)
        try:
            return await self._write(missing, statements, operations, guard)
        except PerSQLError as error:
            kind = kind_of(error)
            if missing and kind in ("readonly", "forbidden"):
                # A token may write to tables that it may not make.
                return await self._write_without_making(statements, operations, guard)
            if kind != "unknown_table":
                raise
            self._missing_tables(error)
            if missing:
                raise
            # Somebody dropped the tables after they were made here.
            self._known.tables = self._known.operations = False
            return await self.write(statements, operations=operations, guard=guard)

    async def write_if_there(self, statements: Sequence[Statement]) -> list[list[Row]]:
        """As `write`, of statements that have nothing to do where there are no tables."""
        try:
            found = await self._change(statements)
        except PerSQLError as error:
            if kind_of(error) != "unknown_table":
                raise
            self._missing_tables(error)
            return [[] for _ in statements]
        return [result["rows"] for result in found]

    async def _write(
        self,
        missing: Sequence[Statement],
        statements: Sequence[Statement],
        operations: bool,
        guard: Statement | None,
    ) -> list[list[Row]]:
        try:
            found = await self._change([*missing, *statements])
        except PerSQLError as error:
            if guard is not None and kind_of(error) in _CONSTRAINTS:
                index = error.detail.get("statement_index") if error.detail else None
                # Where the server does not tell the statement, the guard is the only one that is likely to fail.
                if index is None or index - len(missing) == list(statements).index(guard):
                    raise Refused from error
            raise
        self._known.tables = True
        self._known.marks = self._known.marks or bool(missing)
        self._known.operations = self._known.operations or operations
        return [result["rows"] for result in found[len(missing) :]]

    async def _write_without_making(
        self, statements: Sequence[Statement], operations: bool, guard: Statement | None
    ) -> list[list[Row]]:
        try:
            return await self._write((), statements, operations, guard)
        except PerSQLError as error:
            if kind_of(error) == "unknown_table":
                raise self._unmade() from error
            raise

    def _missing(self, operations: bool) -> list[Statement]:
        if not self._create_tables:
            return []
        missing = [] if self._known.tables else list(self.tables.create)
        if operations and not self._known.operations:
            missing += self.tables.create_operations
        return missing

    def _missing_tables(self, error: PerSQLError) -> None:
        if not self._create_tables:
            raise self._unmade() from error

    def _unmade(self) -> PerSQLError:
        return PerSQLError(
            "api",
            f'Table "{self.tables.sessions}", "{self.tables.messages}" or "{self.tables.operations}" does not '
            "exist. Make them in a migration, or leave create_tables on and connect with the right to make tables.",
            status=400,
            detail={"kind": "unknown_table", "message": "no such table"},
        )

    async def _read(self, method: Any, *args: Any, **options: Any) -> Any:
        if self._known.is_async:
            return await method(*args, **options)
        return await asyncio.to_thread(method, *args, **options)

    async def _change(self, statements: Sequence[Statement]) -> Any:
        """Also where the caller is cancelled meanwhile, it first learns what became of the change."""
        change = partial(self._database.batch, statements, transaction=True)
        if self._known.is_async:
            outcome: asyncio.Future[Any] = asyncio.ensure_future(change())
        else:
            outcome = asyncio.get_running_loop().run_in_executor(None, change)
        try:
            return await asyncio.shield(outcome)
        except asyncio.CancelledError:
            await _settled(outcome)
            raise


def _not_at_once(statements: Sequence[Statement]) -> list[list[Row]] | None:
    del statements
    return None


async def _settled(change: asyncio.Future[Any]) -> None:
    while not change.done():
        try:
            await asyncio.wait([change])
        except asyncio.CancelledError:
            continue
    if not change.cancelled():
        # So that its error, if it has one, counts as seen.
        change.exception()
