"""The results of calls: plain dicts, with the names of the API in snake case."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal, TypedDict, cast

from ._values import SqlValue


class CallMeta(TypedDict, total=False):
    """What a call did and cost. The results of one batch share it. Absent in local mode."""

    rows_read: int
    rows_written: int
    duration_ms: float
    statement_count: int
    cost_usd: float


class _QueryResultMeta(TypedDict, total=False):
    #: Rows changed by a statement that writes.
    changes: int
    #: Row id of the last inserted row.
    last_insert_rowid: int
    meta: CallMeta


class QueryResult(_QueryResultMeta):
    """The result of one statement."""

    #: The rows as dicts. Of columns that have the same name, the last one counts.
    data: list[dict[str, SqlValue]]
    #: Column names in order; empty for a statement that returns no rows.
    columns: list[str]
    #: The rows as lists of cells, in the order of ``columns``.
    rows: list[list[SqlValue]]
    #: Rows that the engine looked at. In local mode: rows returned.
    rows_read: int
    #: Rows and index entries written. In local mode: ``changes``.
    rows_written: int


class _SqlErrorDetailFields(TypedDict, total=False):
    table: str
    column: str
    #: Of a key with several columns.
    columns: list[dict[str, str]]
    constraint: str
    near: str
    #: What to do about it.
    hint: str
    #: Position in the batch, where the server tells.
    statement_index: int


class SqlErrorDetail(_SqlErrorDetailFields):
    """Why SQL failed."""

    #: Such as ``unique_violation``, ``unknown_table``, ``syntax_error``, ``database_locked`` or ``unknown``.
    kind: str
    message: str


#: A row of EXPLAIN QUERY PLAN: id, parent, not used, detail.
PlanRow = list[Any]


class TableInfo(TypedDict):
    name: str
    row_count: int


class ColumnDescription(TypedDict):
    name: str
    #: As declared; empty where the table declares none.
    type: str
    not_null: bool
    #: Position in the primary key from 1; 0 for other columns.
    primary_key: int
    #: SQL of the default.
    default_value: str | None
    description: str | None


class ForeignKeyDescription(TypedDict):
    columns: list[str]
    referenced_table: str
    #: Empty for the primary key of that table.
    referenced_columns: list[str]
    on_delete: str
    on_update: str


class IndexDescription(TypedDict):
    name: str
    unique: bool
    #: ``None`` for an expression.
    columns: list[str | None]


class TableDescription(TypedDict):
    table: str
    description: str | None
    columns: list[ColumnDescription]
    foreign_keys: list[ForeignKeyDescription]
    indexes: list[IndexDescription]


class DatabaseDescription(TypedDict):
    database_description: str | None
    tables: list[TableDescription]


class SchemaObject(TypedDict):
    type: Literal["table", "index", "trigger", "view"]
    name: str
    #: The table that an index or trigger belongs to; else the name.
    table: str
    sql: str


class _ValidationError(TypedDict, total=False):
    error: str
    error_detail: SqlErrorDetail


class Validation(_ValidationError):
    ok: bool


class _DatabaseInfoTimes(TypedDict, total=False):
    forked_from_id: str | None
    #: ISO 8601. From then on the database answers 404.
    expires_at: str | None
    created_at: str


class DatabaseInfo(_DatabaseInfoTimes):
    id: str
    slug: str
    name: str
    status: str
    region: str


class BranchInfo(DatabaseInfo):
    """A branch: a database of its own with the schema of its parent and none of the rows."""

    branch_ref: str
    forked_from: dict[str, str] | None


class ClaimedBranch(TypedDict):
    """A leased branch. The token reaches this branch only, and ends with it."""

    branch_ref: str
    token: str
    #: ISO 8601.
    expires_at: str
    namespace_slug: str
    database_slug: str
    outcome: Literal["created", "reset"]


class MergedBranch(TypedDict):
    branch_ref: str
    mode: Literal["schema"]
    #: The statements that were run on the parent, in one transaction.
    applied: list[str]


class TokenInfo(TypedDict):
    id: str
    name: str
    role: Literal["admin", "readwrite", "readonly"]
    #: The only tables that SQL may touch.
    table_scope: list[str] | None
    #: Slug of the only database that it reaches.
    database: str | None
    #: ISO 8601.
    expires_at: str | None
    created_at: str


class CreatedToken(TokenInfo):
    #: The secret. This is the only time that it is shown.
    token: str


class UsageRow(TypedDict):
    #: Such as ``2026-01-31``, in UTC.
    day: str
    database: str
    token: str
    requests: int
    rows_read: int
    rows_written: int
    #: Of the database, as last measured on that day.
    bytes_stored: int
    cost_usd: float


class Me(TypedDict):
    namespace_slug: str
    namespace_id: str
    role: str


def to_data(columns: list[str], rows: Sequence[Sequence[SqlValue]]) -> list[dict[str, SqlValue]]:
    """The rows as dicts. Raises ``ValueError`` for a row that has other than these columns."""
    if len(columns) == 1:
        (name,) = columns
        return [{name: value} for (value,) in rows]
    return [dict(zip(columns, row, strict=True)) for row in rows]


_CAPITAL = re.compile(r"(?<=[a-z0-9])[A-Z]")


def snake_case(value: Any) -> Any:
    """What JSON holds, with the keys of all objects in snake case."""
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {
            _CAPITAL.sub(lambda letter: "_" + letter.group().lower(), key): snake_case(field)
            for key, field in fields.items()
        }
    if isinstance(value, list):
        return [snake_case(element) for element in cast("list[Any]", value)]
    return value
