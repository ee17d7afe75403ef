"""What SQLite's own message tells about a failure."""

from __future__ import annotations

import re
from typing import Any

from ._results import SqlErrorDetail

#: The HTTP status of an answer with a detail of this kind.
STATUSES: dict[str, int] = {
    "unique_violation": 400,
    "not_null_violation": 400,
    "fk_violation": 400,
    "check_violation": 400,
    "unknown_table": 400,
    "unknown_column": 400,
    "syntax_error": 400,
    "type_mismatch": 400,
    "too_many_params": 400,
    "too_few_params": 400,
    "invalid_statement": 400,
    "readonly": 400,
    "unknown": 400,
    "forbidden": 403,
    "too_large": 413,
    "database_locked": 503,
    "timeout": 504,
    "disk_full": 507,
}

# The first match counts; its groups fill in the fields.
_RULES: list[tuple[re.Pattern[str], str, tuple[str, ...]]] = [
    (re.compile(r"UNIQUE constraint failed: (.+)"), "unique_violation", ("key",)),
    (re.compile(r"NOT NULL constraint failed: (.+)"), "not_null_violation", ("key",)),
    (re.compile(r"FOREIGN KEY constraint failed"), "fk_violation", ()),
    (re.compile(r"CHECK constraint failed: (.+)"), "check_violation", ("constraint",)),
    (re.compile(r"no such table: (.+)", re.DOTALL), "unknown_table", ("table",)),
    (re.compile(r"table (.+) has no column named (.+)", re.DOTALL), "unknown_column", ("table", "column")),
    (re.compile(r'no such column: "(.+)" - should this be', re.DOTALL), "unknown_column", ("column",)),
    (re.compile(r"no such column: (.+)", re.DOTALL), "unknown_column", ("column",)),
    (re.compile(r'near "(.*?)": syntax error'), "syntax_error", ("near",)),
    (re.compile(r"incomplete input|unrecognized token|syntax error"), "syntax_error", ()),
    (re.compile(r"datatype mismatch|cannot store"), "type_mismatch", ()),
    (re.compile(r"database (table )?is locked"), "database_locked", ()),
    (re.compile(r"readonly database"), "readonly", ()),
    (re.compile(r"one statement at a time|begin or end a transaction"), "invalid_statement", ()),
    (re.compile(r"not authorized|access to .* is prohibited"), "forbidden", ()),
    (re.compile(r"interrupted"), "timeout", ()),
    (re.compile(r"too big|out of memory"), "too_large", ()),
    (re.compile(r"disk is full"), "disk_full", ()),
]
_BINDINGS = re.compile(r"uses (\d+), and there are (\d+) supplied|You did not supply a value|binding \d+")


def parse_sql_error(error: Exception) -> SqlErrorDetail:
    message = str(error)
    bindings = _BINDINGS.search(message)
    if bindings:
        uses, supplied = bindings.groups()
        kind = "too_many_params" if uses and int(supplied) > int(uses) else "too_few_params"
        return {"kind": kind, "message": message}
    if isinstance(error, UnicodeError):
        return {
            "kind": "invalid_statement",
            "message": "Text for SQLite must not contain half of a surrogate pair.",
        }
    for pattern, kind, names in _RULES:
        match = pattern.search(message)
        if match:
            fields: dict[str, Any] = {}
            for name, text in zip(names, match.groups(), strict=False):
                fields.update(_key(text) if name == "key" else {name: text})
            return {"kind": kind, "message": message, **fields}  # pyright: ignore[reportReturnType]
    return {"kind": "unknown", "message": message}


def _key(text: str) -> dict[str, Any]:
    index = re.fullmatch(r"index '(.*)'", text, re.DOTALL)
    if index:
        return {"constraint": index.group(1)}
    parts = [name.rpartition(".") for name in text.split(", ")]
    columns = [{"table": table, "column": column} for table, _, column in parts]
    return {**columns[0]} if len(columns) == 1 else {"table": columns[0]["table"], "columns": columns}
