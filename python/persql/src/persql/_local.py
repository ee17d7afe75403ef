"""Local mode: the SQL calls on one SQLite database, through the standard library."""

from __future__ import annotations

import os
import re
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeVar, cast

from ._errors import PerSQLError, invalid_argument
from ._redact import Redactor
from ._requests import check_statements
from ._results import (
    DatabaseDescription,
    PlanRow,
    QueryResult,
    SchemaObject,
    TableInfo,
    Validation,
    to_data,
)
from ._sql_errors import STATUSES, parse_sql_error
from ._steps import Steps, Work
from ._values import SqlParam, SqlValue, Statement, encode_params

Outcome = TypeVar("Outcome")

#: Seconds that a call waits for the lock of another connection.
_BUSY_TIMEOUT = 10.0
#: How much is read at once: in seconds, and in characters.
_AT_ONCE_SECONDS = 0.001
_AT_ONCE_CHARACTERS = 128 * 1024
_LEADING = re.compile(r"(?:[\s;\ufeff]|--[^\n]*(?:\n|$)|/\*.*?\*/)*([a-z]*)", re.DOTALL | re.IGNORECASE)
_TRANSACTION_CONTROL = frozenset(
    {"begin", "start", "commit", "end", "abort", "rollback", "savepoint", "release"}
)
_ALWAYS_FIT: frozenset[type] = frozenset({str, bytes, bool, type(None)})
_QUERIES = frozenset({"select", "with", "values"})


def _is_of_user(name: str) -> bool:
    return not name.lower().startswith(("sqlite_", "_persql_"))


class LocalDatabase:
    """One SQLite database, opened by its first call. Calls of several threads take turns."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        text = os.fspath(path)
        if text.strip() == "":
            raise invalid_argument('local must be a path such as "agents.db", or ":memory:".')
        # Where the file is must not depend on where the program is later.
        self._path = text if text == ":memory:" else os.path.abspath(text)
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        #: Another connection to the same file, so that what is read at once waits for no other call.
        self._reader: sqlite3.Connection | None = None
        self._reader_lock = threading.Lock()
        self._reader_deadline = 0.0
        self._closed = False

    def close(self) -> None:
        with self._lock:
            self._closed = True
            # The last one to be closed puts the log into the file, so it must be the one that writes.
            with self._reader_lock:
                if self._reader:
                    self._reader.close()
                self._reader = None
            if self._connection:
                self._connection.close()
            self._connection = None

    def query(
        self,
        sql: str,
        params: Sequence[SqlParam] | None,
        *,
        read_only: bool,
        idempotency_key: str | None,
        timeout: float | None,
        max_retries: int | None,
    ) -> Steps[QueryResult]:
        del idempotency_key, timeout, max_retries
        return (yield from self._run([(sql, params)], lambda one: one(0), read_only=read_only))

    def batch(
        self,
        statements: Sequence[Statement],
        *,
        transaction: bool,
        read_only: bool,
        idempotency_key: str | None,
        timeout: float | None,
        max_retries: int | None,
    ) -> Steps[list[QueryResult]]:
        del idempotency_key, timeout, max_retries
        known = check_statements(statements)
        return (
            yield from self._run(
                known,
                lambda one: [one(index) for index in range(len(known))],
                read_only=read_only,
                transaction=transaction,
                is_batch=True,
            )
        )

    def read_at_once(self, statements: Sequence[Statement]) -> list[list[list[SqlValue]]] | None:
        if not self._reader_lock.acquire(blocking=False):
            return None
        try:
            reader = self._reader
            # What else there is may leave the connection in another state.
            if reader is None or any(_first_word(one["sql"]) not in _QUERIES for one in statements):
                return None
            self._reader_deadline = time.perf_counter() + _AT_ONCE_SECONDS
            if len(statements) == 1:
                return _read_few(reader, statements)
            return _in_transaction(reader, "begin", lambda: _read_few(reader, statements))
        except (sqlite3.Error, sqlite3.Warning, ValueError, TypeError, OverflowError):
            # Whoever then reads with more time is told of it, if it happens again.
            return None
        finally:
            self._reader_lock.release()

    def explain(self, sql: str, params: Sequence[SqlParam] | None) -> Steps[list[PlanRow]]:
        result = yield from self._read(f"explain query plan {sql}", params)
        return cast("list[PlanRow]", result["rows"])

    def validate(self, sql: str, params: Sequence[SqlParam] | None) -> Steps[Validation]:
        try:
            yield from self._read(f"explain {sql}", params)
        except PerSQLError as error:
            if error.detail is None:
                raise
            return {"ok": False, "error": str(error), "error_detail": error.detail}
        return {"ok": True}

    def tables(self) -> Steps[list[TableInfo]]:
        def count(connection: sqlite3.Connection) -> list[TableInfo]:
            return [
                {
                    "name": name,
                    "row_count": connection.execute(f"select count(*) from main.{_quoted(name)}").fetchone()[
                        0
                    ],
                }
                for name in _user_tables(connection)
            ]

        return (yield from self._look(count))

    def describe(self) -> Steps[DatabaseDescription]:
        return (yield from self._look(_describe))

    def schema(self) -> Steps[list[SchemaObject]]:
        return (yield from self._look(_schema))

    def _read(self, sql: str, params: Sequence[SqlParam] | None) -> Steps[QueryResult]:
        return (yield from self._run([(sql, params)], lambda one: one(0), read_only=True))

    def _look(self, look: Callable[[sqlite3.Connection], Outcome]) -> Steps[Outcome]:
        def work() -> Outcome:
            with self._lock:
                connection = self._open()
                try:
                    return _in_transaction(connection, "begin", lambda: look(connection))
                except sqlite3.Error as error:
                    raise _failure(error, Redactor([]), None) from error

        return (yield Work(work))

    def _run(
        self,
        statements: Sequence[tuple[str, Sequence[SqlParam] | None]],
        work: Callable[[Callable[[int], QueryResult]], Outcome],
        *,
        read_only: bool,
        transaction: bool = False,
        is_batch: bool = False,
    ) -> Steps[Outcome]:
        for index, (_, params) in enumerate(statements):
            # What JSON cannot hold is refused here as well.
            if params and not (type(params) in (list, tuple) and _ALWAYS_FIT.issuperset(map(type, params))):
                encode_params(params, index)

        def safe(error: Exception, index: int | None) -> PerSQLError:
            return _failure(error, Redactor([(sql, params or ()) for sql, params in statements]), index)

        def run() -> Outcome:
            with self._lock:
                connection = self._open()

                def one(index: int) -> QueryResult:
                    sql, params = statements[index]
                    try:
                        return _execute(connection, sql, params or ())
                    except (sqlite3.Error, sqlite3.Warning, UnicodeError) as error:
                        raise safe(error, index if is_batch else None) from error

                if read_only:
                    connection.execute("pragma query_only = on")
                try:
                    if not transaction:
                        return work(one)
                    begin = "begin" if read_only else "begin immediate"
                    return _in_transaction(connection, begin, lambda: work(one))
                except sqlite3.Error as error:
                    raise safe(error, None) from error
                finally:
                    if read_only:
                        connection.execute("pragma query_only = off")

        return (yield Work(run))

    def _open(self) -> sqlite3.Connection:
        if self._closed:
            raise PerSQLError("closed", "This client was closed. Make another one.")
        if self._connection is None:
            try:
                connection = sqlite3.connect(
                    self._path, timeout=_BUSY_TIMEOUT, isolation_level=None, check_same_thread=False
                )
                connection.executescript(
                    "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on"
                )
            except sqlite3.Error as error:
                raise _failure(error, Redactor([]), None) from error
            self._connection = connection
            if self._path != ":memory:":
                self._reader = self._open_reader()
        return self._connection

    def _open_reader(self) -> sqlite3.Connection | None:
        """A connection that neither writes nor waits, nor reads for long."""
        try:
            reader = sqlite3.connect(self._path, timeout=0, isolation_level=None, check_same_thread=False)
            reader.execute("pragma query_only = on")
        except sqlite3.Error:
            return None
        reader.set_progress_handler(lambda: time.perf_counter() > self._reader_deadline, 1000)
        return reader


def _read_few(
    connection: sqlite3.Connection, statements: Sequence[Statement]
) -> list[list[list[SqlValue]]] | None:
    """The rows of each statement; nothing where they are too many."""
    results: list[list[list[SqlValue]]] = []
    room = _AT_ONCE_CHARACTERS
    for statement in statements:
        rows: list[list[SqlValue]] = []
        params = statement.get("params") or ()
        if not isinstance(params, (list, tuple)):
            return None
        cursor = connection.execute(statement["sql"], params)
        for row in cast("Iterable[tuple[SqlValue, ...]]", cursor):
            rows.append([*row])
            for cell in row:
                room -= len(cell) if isinstance(cell, (str, bytes)) else 1
            if room < 0:
                cursor.close()
                return None
        results.append(rows)
    return results


def _text(stored: bytes) -> str:
    return stored.decode("utf-8", "replace")


def _in_transaction(connection: sqlite3.Connection, begin: str, work: Callable[[], Outcome]) -> Outcome:
    connection.execute(begin)
    try:
        outcome = work()
        connection.execute("commit")
        return outcome
    except BaseException:
        if connection.in_transaction:
            connection.execute("rollback")
        raise


@lru_cache(maxsize=256)
def _first_word(sql: str) -> str:
    match = _LEADING.match(sql)
    return match.group(1).lower() if match else ""


def _execute(connection: sqlite3.Connection, sql: str, params: Sequence[SqlParam]) -> QueryResult:
    if _first_word(sql) in _TRANSACTION_CONTROL:
        raise sqlite3.ProgrammingError("cannot begin or end a transaction: pass transaction=True to batch")
    before = connection.total_changes
    try:
        cursor = connection.execute(sql, params)
        found = cursor.fetchall()
    except sqlite3.OperationalError as error:
        if "decode to UTF-8" not in str(error) or connection.total_changes != before:
            raise
        # What is no UTF-8 comes as from a server, and not as an error.
        connection.text_factory = _text
        cursor = connection.execute(sql, params)
        found = cursor.fetchall()
        connection.text_factory = str
    columns: list[str] = [column[0] for column in cursor.description or ()]
    changes = connection.total_changes - before
    result: QueryResult = {
        "data": to_data(columns, found),
        "columns": columns,
        "rows": cast("list[list[SqlValue]]", [list(row) for row in found]),
        "rows_read": len(found),
        "rows_written": changes,
    }
    if changes > 0 or cursor.description is None:
        result["changes"] = changes
        result["last_insert_rowid"] = cursor.lastrowid or 0
    return result


def _failure(error: Exception, redactor: Redactor, statement_index: int | None) -> PerSQLError:
    code = getattr(error, "sqlite_errorcode", None)
    detail = parse_sql_error(error)
    if statement_index is not None:
        detail["statement_index"] = statement_index
    safe: Any = redactor.detail(cast("dict[str, Any]", detail))
    is_damaged = isinstance(code, int) and code & 0xFF in (11, 26)
    status = 500 if is_damaged else STATUSES[detail["kind"]]
    return PerSQLError("api", safe["message"], status=status, detail=safe)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


# Pragmas as statements, because a table could have the name of a function such as pragma_table_list.


def _user_tables(connection: sqlite3.Connection) -> list[str]:
    rows: Iterable[Any] = connection.execute("pragma main.table_list")
    return sorted(name for _, name, kind, *_ in rows if kind in ("table", "virtual") and _is_of_user(name))


def _shadow_tables(connection: sqlite3.Connection) -> set[str]:
    rows: Iterable[Any] = connection.execute("pragma main.table_list")
    return {name for _, name, kind, *_ in rows if kind == "shadow"}


def _schema(connection: sqlite3.Connection) -> list[SchemaObject]:
    shadow = _shadow_tables(connection)
    rows: Iterable[Any] = connection.execute(
        "select type, name, tbl_name, sql from main.sqlite_schema where sql is not null order by rowid"
    )
    return [
        {"type": kind, "name": name, "table": table, "sql": sql}
        for kind, name, table, sql in rows
        if _is_of_user(name) and _is_of_user(table) and table not in shadow
    ]


def _describe(connection: sqlite3.Connection) -> DatabaseDescription:
    def pragma(name: str, of: str) -> list[Any]:
        return connection.execute(f"pragma main.{name}({_quoted(of)})").fetchall()

    def foreign_keys(table: str) -> Iterable[list[Any]]:
        rows = sorted(pragma("foreign_key_list", table), key=itemgetter(0, 1))
        return (list(parts) for _, parts in groupby(rows, key=itemgetter(0)))

    return {
        "database_description": None,
        "tables": [
            {
                "table": table,
                "description": None,
                "columns": [
                    {
                        "name": name,
                        "type": declared,
                        "not_null": bool(not_null),
                        "primary_key": key,
                        "default_value": default,
                        "description": None,
                    }
                    for _, name, declared, not_null, default, key, hidden in pragma("table_xinfo", table)
                    if hidden != 1
                ],
                "foreign_keys": [
                    {
                        "columns": [part[3] for part in parts],
                        "referenced_table": parts[0][2],
                        "referenced_columns": [part[4] for part in parts if part[4] is not None],
                        "on_delete": parts[0][6],
                        "on_update": parts[0][5],
                    }
                    for parts in foreign_keys(table)
                ],
                "indexes": [
                    {
                        "name": name,
                        "unique": bool(unique),
                        "columns": [column for _, _, column in pragma("index_info", name)],
                    }
                    for _, name, unique, *_ in sorted(pragma("index_list", table), key=itemgetter(1))
                ],
            }
            for table in _user_tables(connection)
        ],
    }
