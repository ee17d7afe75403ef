"""Every call of the API, as steps."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timezone
from typing import Any, TypeVar, cast
from urllib.parse import quote, urlencode

from . import _texts
from ._errors import PerSQLError, invalid_argument
from ._exchange import Attempts, Call, exchange
from ._redact import Redactor
from ._results import (
    BranchInfo,
    ClaimedBranch,
    CreatedToken,
    DatabaseDescription,
    DatabaseInfo,
    Me,
    MergedBranch,
    PlanRow,
    QueryResult,
    SchemaObject,
    TableInfo,
    TokenInfo,
    UsageRow,
    Validation,
    snake_case,
    to_data,
)
from ._steps import Steps
from ._values import SqlParam, SqlValue, Statement, decode_row, decode_value, encode_params

MAX_STATEMENTS = 100
_KEY = re.compile(r"[\x21-\x7e]([\x20-\x7e]{0,198}[\x21-\x7e])?")

Data = TypeVar("Data")
Time = datetime | str


def segment(name: str, value: object) -> str:
    """One encoded segment of a path."""
    # URLs give "." and ".." a meaning of their own, encoded or not.
    if not isinstance(value, str) or value in ("", ".", ".."):
        raise invalid_argument(f'"{name}" must be text that fits into a URL.')
    try:
        return quote(value, safe="")
    except UnicodeEncodeError:
        raise invalid_argument(f'"{name}" must be text that fits into a URL.') from None


def split_path(first: str, second: str | None) -> tuple[str, str]:
    namespace, _, name = first.partition("/") if second is None else (first, "", second)
    try:
        segment("ns", namespace)
        segment("db", name)
    except PerSQLError:
        raise invalid_argument('A database is named "namespace/database", or by these two apart.') from None
    return namespace, name


def iso_time(name: str, time: Time | date) -> str:
    """A time as the API takes it, in UTC. A time without a zone is taken as UTC."""
    if isinstance(time, str):
        try:
            time = datetime.fromisoformat(time[:-1] + "+00:00" if time.endswith("Z") else time)
        except ValueError:
            raise invalid_argument(f"{name} must be a datetime or an ISO 8601 time.") from None
    if not isinstance(time, datetime):
        time = datetime(time.year, time.month, time.day, tzinfo=timezone.utc)
    if time.tzinfo is None:
        time = time.replace(tzinfo=timezone.utc)
    return time.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _given(**fields: object) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _expiry(expires_at: Time | None, **other: object) -> dict[str, Any]:
    ((name, value),) = other.items()
    if expires_at is None:
        return _given(**other)
    if value is not None:
        raise invalid_argument("Give either expires_at or the time to live, not both.")
    del name
    return {"expiresAt": iso_time("expires_at", expires_at)}


class Requests:
    """The calls of a namespace."""

    def __init__(self, token: str, attempts: Attempts) -> None:
        self._token = token
        self._attempts = attempts

    def call(self, method: str, path: str, body: object = None) -> Steps[Any]:
        """The data of a call that reaches no database."""
        call = Call(method, path, body=body, repeatable=method == "GET", redactor=Redactor([], self._token))
        envelope = yield from exchange(call, self._attempts)
        return snake_case(envelope["data"])

    def sql(
        self,
        path: str,
        body: Mapping[str, object],
        statements: Sequence[tuple[str, Sequence[SqlParam]]],
        *,
        headers: Mapping[str, str],
        is_write: bool,
        timeout: float | None,
        max_retries: int | None,
    ) -> Steps[dict[str, Any]]:
        attempts = Attempts(
            self._attempts.timeout if timeout is None else timeout,
            self._attempts.max_retries if max_retries is None else max_retries,
        )
        call = Call(
            "POST",
            path,
            headers=headers,
            body=body,
            repeatable=True,
            is_write=is_write,
            redactor=Redactor(statements, self._token),
        )
        return (yield from exchange(call, attempts))

    def create_database(
        self, name: str, slug: str | None, ttl_days: float | None, expires_at: Time | None
    ) -> Steps[DatabaseInfo]:
        slug = to_slug(name) if slug is None else slug
        if slug == "":
            raise invalid_argument("The name has no letters for a slug: pass one.")
        body = {"name": name, "slug": slug, **_expiry(expires_at, ttlDays=ttl_days)}
        return (yield from self.call("POST", "/v1/databases", body))

    def list_databases(self) -> Steps[list[DatabaseInfo]]:
        return (yield from self.call("GET", "/v1/databases"))

    def get_database(self, slug: str) -> Steps[DatabaseInfo]:
        return (yield from self.call("GET", f"/v1/databases/{segment('slug', slug)}"))

    def delete_database(self, slug: str) -> Steps[None]:
        yield from self.call("DELETE", f"/v1/databases/{segment('slug', slug)}")

    def create_token(
        self,
        name: str,
        role: str | None,
        table_scope: Sequence[str] | None,
        database: str | None,
        ttl_sec: int | None,
        expires_at: Time | None,
    ) -> Steps[CreatedToken]:
        scope = None if table_scope is None else list(table_scope)
        body = {
            **_given(name=name, role=role, tableScope=scope, database=database),
            **_expiry(expires_at, ttlSec=ttl_sec),
        }
        return (yield from self.call("POST", "/v1/tokens", body))

    def list_tokens(self) -> Steps[list[TokenInfo]]:
        return (yield from self.call("GET", "/v1/tokens"))

    def revoke_token(self, token_id: str) -> Steps[None]:
        yield from self.call("DELETE", f"/v1/tokens/{segment('id', token_id)}")

    def usage(
        self, first: date | str | None, last: date | str | None, database: str | None, token: str | None
    ) -> Steps[list[UsageRow]]:
        query = _given(
            **{
                "from": None if first is None else iso_time("first", first)[:10],
                "to": None if last is None else iso_time("last", last)[:10],
            },
            database=database,
            token=token,
        )
        return (yield from self.call("GET", "/v1/usage" + (f"?{urlencode(query)}" if query else "")))

    def me(self) -> Steps[Me]:
        return (yield from self.call("GET", "/v1/me"))


class BranchRequests:
    """The calls of the branches of one database."""

    def __init__(self, requests: Requests, namespace: str, name: str) -> None:
        self._requests = requests
        self._path = f"/v1/db/{segment('ns', namespace)}/{segment('db', name)}/branches"

    def _ref(self, ref: str) -> str:
        return f"{self._path}/{segment('ref', ref)}"

    def upsert(
        self,
        ref: str,
        from_ref: str | None,
        name: str | None,
        ttl_days: int | None,
        expires_at: Time | None,
    ) -> Steps[BranchInfo]:
        body = {**_given(fromRef=from_ref, name=name), **_expiry(expires_at, ttlDays=ttl_days)}
        return (yield from self._requests.call("PUT", self._ref(ref), body))

    def list(self) -> Steps[list[BranchInfo]]:
        return (yield from self._requests.call("GET", self._path))

    def get(self, ref: str) -> Steps[BranchInfo]:
        return (yield from self._requests.call("GET", self._ref(ref)))

    def claim(
        self, ref: str | None, purpose: str | None, ttl_sec: int | None, role: str | None
    ) -> Steps[ClaimedBranch]:
        body = _given(ref=ref, purpose=purpose, ttlSec=ttl_sec, role=role)
        return (yield from self._requests.call("POST", f"{self._path}/claim", body))

    def merge(self, ref: str, mode: str) -> Steps[MergedBranch]:
        return (yield from self._requests.call("POST", f"{self._ref(ref)}/merge", {"mode": mode}))

    def delete(self, ref: str) -> Steps[None]:
        yield from self._requests.call("DELETE", self._ref(ref))


class RemoteDatabase:
    """The SQL calls of one database behind the API."""

    def __init__(self, requests: Requests, namespace: str, name: str) -> None:
        self._requests = requests
        self._path = f"/v1/db/{segment('ns', namespace)}/{segment('db', name)}"

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
        body = {**_statement(sql, params, 0), **({"readOnly": True} if read_only else {})}
        envelope = yield from self._requests.sql(
            f"{self._path}/query",
            body,
            [(sql, params or ())],
            headers=_sql_headers(read_only, idempotency_key),
            is_write=not read_only,
            timeout=timeout,
            max_retries=max_retries,
        )
        return _decode(lambda: _result(envelope["data"], envelope.get("meta")))

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
        known = check_statements(statements)
        body: dict[str, Any] = {"statements": [_statement(*one, at) for at, one in enumerate(known)]}
        if transaction:
            body["transaction"] = True
        if read_only:
            body["readOnly"] = True
        envelope = yield from self._requests.sql(
            f"{self._path}/batch",
            body,
            [(sql, params or ()) for sql, params in known],
            headers=_sql_headers(read_only, idempotency_key),
            is_write=not read_only,
            timeout=timeout,
            max_retries=max_retries,
        )
        meta = envelope.get("meta")
        return _decode(lambda: [_result(data, meta) for data in envelope["data"]])

    def read_at_once(self, statements: Sequence[Statement]) -> list[list[list[SqlValue]]] | None:
        del statements
        return None

    def explain(self, sql: str, params: Sequence[SqlParam] | None) -> Steps[list[PlanRow]]:
        data = yield from self._ask("explain", sql, params)
        return cast("list[PlanRow]", data["plan"])

    def validate(self, sql: str, params: Sequence[SqlParam] | None) -> Steps[Validation]:
        return (yield from self._ask("validate", sql, params))

    def tables(self) -> Steps[list[TableInfo]]:
        return (yield from self._requests.call("GET", f"{self._path}/tables"))

    def describe(self) -> Steps[DatabaseDescription]:
        return (yield from self._requests.call("GET", f"{self._path}/describe"))

    def schema(self) -> Steps[list[SchemaObject]]:
        return (yield from self._requests.call("GET", f"{self._path}/schema"))

    def _ask(self, what: str, sql: str, params: Sequence[SqlParam] | None) -> Steps[Any]:
        envelope = yield from self._requests.sql(
            f"{self._path}/{what}",
            _statement(sql, params, 0),
            [(sql, params or ())],
            headers={},
            is_write=False,
            timeout=None,
            max_retries=None,
        )
        return snake_case(envelope["data"])


def check_statements(statements: Sequence[Statement]) -> list[tuple[str, Sequence[SqlParam] | None]]:
    """The statements of a batch. Raises ``invalid_argument`` for what is none."""
    if len(statements) > MAX_STATEMENTS:
        raise invalid_argument(f"A batch has at most {MAX_STATEMENTS} statements.")
    known: list[tuple[str, Sequence[SqlParam] | None]] = []
    for index, statement in enumerate(statements):
        sql = statement.get("sql") if isinstance(statement, Mapping) else None  # pyright: ignore[reportUnnecessaryIsInstance]
        if not isinstance(sql, str):
            raise invalid_argument(
                f'Statement {index} must be a dict with "sql", such as {{"sql": "select 1"}}.'
            )
        known.append((sql, statement.get("params")))
    return known


def _statement(sql: str, params: Sequence[SqlParam] | None, index: int) -> dict[str, Any]:
    return {"sql": sql} if params is None else {"sql": sql, "params": encode_params(params, index)}


def _sql_headers(read_only: bool, idempotency_key: str | None) -> dict[str, str]:
    headers = {"accept": f"application/json, {_texts.MEDIA_TYPE}"}
    if idempotency_key is not None:
        if not _KEY.fullmatch(idempotency_key):
            raise invalid_argument("idempotency_key must be 1 to 200 printable ASCII characters.")
        headers["idempotency-key"] = idempotency_key
    elif not read_only:
        headers["idempotency-key"] = str(uuid.uuid4())
    return headers


def _result(data: dict[str, Any], meta: object) -> QueryResult:
    columns: list[str] = data["columns"]
    rows = [decode_row(row) for row in data["rows"]]
    result: QueryResult = {
        "data": to_data(columns, rows),
        "columns": columns,
        "rows": rows,
        "rows_read": data.get("rowsRead", 0),
        "rows_written": data.get("rowsWritten", 0),
    }
    if "changes" in data:
        result["changes"] = data["changes"]
    if "lastInsertRowid" in data:
        result["last_insert_rowid"] = cast("int", decode_value(data["lastInsertRowid"]))
    # The public documentation is silent on the place of it.
    known_meta = meta or data.get("meta")
    if known_meta:
        result["meta"] = snake_case(known_meta)
    return result


def _decode(work: Any) -> Any:
    try:
        return work()
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PerSQLError(
            "invalid_response", "The answer of the PerSQL API has another form than expected."
        ) from error


def to_slug(name: str) -> str:
    """A slug for a name: lower case, everything but letters and digits as single dashes. Empty where none is left."""
    words = "".join(
        letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter)
    )
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).lstrip("-")[:63].rstrip("-")
