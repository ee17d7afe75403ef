# Made from _async_client.py by scripts/make_sync.py.
from __future__ import annotations

import os
import time
from collections.abc import Sequence
from datetime import date
from types import TracebackType
from typing import Literal, TypeVar

import httpx

from ._errors import PerSQLError
from ._local import LocalDatabase
from ._requests import BranchRequests, RemoteDatabase, Requests, Time, split_path
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
)
from ._settings import Settings, transport_error
from ._steps import Answer, Send, Step, Steps, Wait
from ._values import SqlParam, SqlValue, Statement

Outcome = TypeVar("Outcome")


class Runner:
    """Does the steps of calls, one after the other."""

    def __init__(self, settings: Settings | None) -> None:
        self._settings = settings
        self._http: httpx.Client | None = None
        self._closed = False

    def run(self, steps: Steps[Outcome]) -> Outcome:
        try:
            step = next(steps)
            while True:
                try:
                    outcome = self._do(step)
                except PerSQLError as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(outcome)
        except StopIteration as end:
            return end.value

    def _do(self, step: Step) -> object:
        if self._closed:
            raise PerSQLError("closed", "This client was closed. Make another one.")
        if isinstance(step, Send):
            return self._send(step)
        if isinstance(step, Wait):
            return time.sleep(step.seconds)
        return step.run()

    def _send(self, step: Send) -> Answer:
        settings = self._settings
        assert settings is not None
        if self._http is None:
            self._http = httpx.Client(headers=settings.headers)
        try:
            response = self._http.request(
                step.method,
                settings.base_url + step.path,
                headers=dict(step.headers),
                content=step.content,
                timeout=step.timeout,
            )
        except httpx.HTTPError as error:
            raise transport_error(error, settings.base_url, step.timeout) from error
        return Answer(response.status_code, response.headers, response.content)

    def close(self) -> None:
        self._closed = True
        if self._http is not None:
            self._http.close()


class PerSQL:
    """A client of the PerSQL API, or in local mode of one SQLite database.

    Nothing is requested or opened before the first call. Every call raises `PerSQLError`. Use it in a ``with`` block,
    or ``close`` it.

    ``token`` is needed unless ``local`` is given. ``base_url`` is by default ``PERSQL_API_URL`` of the environment,
    else ``https://api.persql.com``. ``local`` is a path or ``":memory:"``: no HTTP, but this SQLite database, which is
    the one that all names stand for.

    ``timeout`` is how many seconds an attempt may take to connect, and then to make progress. ``max_retries`` is the
    number of attempts after the first one, for calls that may be repeated: reads, and SQL, which carries a key unless
    it only reads. They are made where the API could not be reached, did not answer in time or as expected, or is
    overloaded, after a random time of up to 0.1 s, doubled each time up to 5 s; a ``Retry-After`` of up to a minute
    is honoured.
    """

    databases: Databases
    tokens: Tokens

    def __init__(
        self,
        token: str | None = None,
        *,
        local: str | os.PathLike[str] | None = None,
        base_url: str | None = None,
        timeout: float = 60.0,
        max_retries: int = 5,
    ) -> None:
        self._local = None if local is None else LocalDatabase(local)
        settings = None if local is not None else Settings.of(token, base_url, timeout, max_retries)
        self._requests = Requests(settings.token, settings.attempts) if settings else None
        self._runner = Runner(settings)
        self.databases = Databases(self._runner, self._requests)
        self.tokens = Tokens(self._runner, self._requests)

    def database(self, namespace: str, name: str | None = None) -> PerSQLDatabase:
        """A handle on a database: ``"acme/orders"``, or ``"acme", "orders"``. The name may be one of a branch."""
        namespace, name = split_path(namespace, name)
        if self._local is not None:
            return PerSQLDatabase(namespace, name, self._runner, self._local, None)
        assert self._requests is not None
        remote = RemoteDatabase(self._requests, namespace, name)
        return PerSQLDatabase(
            namespace, name, self._runner, remote, BranchRequests(self._requests, namespace, name)
        )

    def usage(
        self,
        *,
        first: date | str | None = None,
        last: date | str | None = None,
        database: str | None = None,
        token: str | None = None,
    ) -> list[UsageRow]:
        """What was used, for each day (of UTC), database (a slug) and token (an id). Needs an ``admin`` token."""
        requests = remote("usage", self._requests)
        return self._runner.run(requests.usage(first, last, database, token))

    def me(self) -> Me:
        """Whose token this is."""
        return self._runner.run(remote("me", self._requests).me())

    def close(self) -> None:
        """Releases connections and the local file. Later calls raise an error with code ``closed``."""
        self._runner.close()
        if self._local is not None:
            self._local.close()

    def __enter__(self) -> PerSQL:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class PerSQLDatabase:
    """A handle on one database. It holds no connection: handles on the same database show the same data."""

    def __init__(
        self,
        namespace: str,
        name: str,
        runner: Runner,
        database: RemoteDatabase | LocalDatabase,
        branches: BranchRequests | None,
    ) -> None:
        self.namespace = namespace
        self.name = name
        #: Not in local mode.
        self.branches = Branches(runner, branches)
        self._runner = runner
        self._database = database

    def query(
        self,
        sql: str,
        params: Sequence[SqlParam] | None = None,
        *,
        read_only: bool = False,
        idempotency_key: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
    ) -> QueryResult:
        """Runs one statement; ``params`` are the values for its ``?`` placeholders.

        ``read_only`` is the caller's promise that it changes nothing. Within 24 hours, a call with the same
        ``idempotency_key`` is answered with the result of the first one, and not run again; by default each call that
        is not ``read_only`` has a random one, the same for all its attempts. Not in local mode.
        """
        return self._runner.run(
            self._database.query(
                sql,
                params,
                read_only=read_only,
                idempotency_key=idempotency_key,
                timeout=timeout,
                max_retries=max_retries,
            )
        )

    def batch(
        self,
        statements: Sequence[Statement],
        *,
        transaction: bool = False,
        read_only: bool = False,
        idempotency_key: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
    ) -> list[QueryResult]:
        """Runs up to 100 statements in order in one request. Returns one result for each.

        With ``transaction``, all of them or none; without, those before a failing one stay applied. No statements: no
        request. The other arguments are as for ``query``.
        """
        if not statements:
            return []
        return self._runner.run(
            self._database.batch(
                statements,
                transaction=transaction,
                read_only=read_only,
                idempotency_key=idempotency_key,
                timeout=timeout,
                max_retries=max_retries,
            )
        )

    def read_at_once(self, statements: Sequence[Statement]) -> list[list[list[SqlValue]]] | None:
        """The rows of statements that only read, of one moment, where they can be had in less time than a thread takes.

        ``None`` where not: then ``batch`` reads them. So it is without local mode, before the first call, while another
        call is made or another program has locked the database, where there is much to read, and where it fails. Never
        waits, so an event loop may call it.
        """
        return self._database.read_at_once(statements)

    def explain(self, sql: str, params: Sequence[SqlParam] | None = None) -> list[PlanRow]:
        """The query plan of a statement, which is not run."""
        return self._runner.run(self._database.explain(sql, params))

    def validate(self, sql: str, params: Sequence[SqlParam] | None = None) -> Validation:
        """Whether a statement would compile, which is not run."""
        return self._runner.run(self._database.validate(sql, params))

    def tables(self) -> list[TableInfo]:
        """The tables with their numbers of rows, by name."""
        return self._runner.run(self._database.tables())

    def describe(self) -> DatabaseDescription:
        """The tables with their columns, foreign keys and indexes."""
        return self._runner.run(self._database.describe())

    def schema(self) -> list[SchemaObject]:
        """The SQL of the tables, indexes, triggers and views, in the order in which they were made."""
        return self._runner.run(self._database.schema())


class Branches:
    """The branches of one database: databases of their own with its schema and none of its rows.

    A ref is 1 to 64 letters, digits and ``.``, ``_``, ``-``, ``/``, the first one a letter or digit.
    """

    def __init__(self, runner: Runner, requests: BranchRequests | None) -> None:
        self._runner = runner
        self._requests = requests

    def upsert(
        self,
        ref: str,
        *,
        from_ref: str | None = None,
        name: str | None = None,
        ttl_days: int | None = None,
        expires_at: Time | None = None,
    ) -> BranchInfo:
        """Makes the branch, or empties it and gives it the parent's present schema. Safe to repeat."""
        requests = remote("branches", self._requests)
        return self._runner.run(requests.upsert(ref, from_ref, name, ttl_days, expires_at))

    def list(self) -> list[BranchInfo]:
        """All branches of the database."""
        return self._runner.run(remote("branches", self._requests).list())

    def get(self, ref: str) -> BranchInfo:
        """One branch. Raises an error with status 404 where there is none."""
        return self._runner.run(remote("branches", self._requests).get(ref))

    def claim(
        self,
        *,
        ref: str | None = None,
        purpose: str | None = None,
        ttl_sec: int | None = None,
        role: Literal["read", "write", "admin"] | None = None,
    ) -> ClaimedBranch:
        """Leases a branch: made as by ``upsert``, with a token that reaches nothing else.

        Both end after ``ttl_sec`` (60 seconds to 30 days, by default an hour), or when the branch is deleted. Needs an
        ``admin`` token.
        """
        requests = remote("branches", self._requests)
        return self._runner.run(requests.claim(ref, purpose, ttl_sec, role))

    def merge(self, ref: str, *, mode: Literal["schema"] = "schema") -> MergedBranch:
        """Brings the schema of the branch to its parent. The branch stays."""
        return self._runner.run(remote("branches", self._requests).merge(ref, mode))

    def delete(self, ref: str) -> None:
        """Deletes the branch with everything in it."""
        self._runner.run(remote("branches", self._requests).delete(ref))


class Databases:
    """The databases of the token's namespace."""

    def __init__(self, runner: Runner, requests: Requests | None) -> None:
        self._runner = runner
        self._requests = requests

    def create(
        self,
        name: str,
        *,
        slug: str | None = None,
        ttl_days: float | None = None,
        expires_at: Time | None = None,
    ) -> DatabaseInfo:
        """Makes a database. Needs an ``admin`` token. Raises an error with status 409 where the slug is taken.

        By default the slug is made of the name, and the database stays. ``ttl_days`` may be a fraction; ``expires_at``
        is a ``datetime`` or an ISO 8601 time.
        """
        requests = remote("databases", self._requests)
        return self._runner.run(requests.create_database(name, slug, ttl_days, expires_at))

    def list(self) -> list[DatabaseInfo]:
        """All databases of the namespace."""
        return self._runner.run(remote("databases", self._requests).list_databases())

    def get(self, slug: str) -> DatabaseInfo:
        """One database. Raises an error with status 404 where there is none."""
        return self._runner.run(remote("databases", self._requests).get_database(slug))

    def delete(self, slug: str) -> None:
        """Deletes everything in it. Needs an ``admin`` token. Raises an error with status 404 where there is none."""
        self._runner.run(remote("databases", self._requests).delete_database(slug))


class Tokens:
    """The tokens of the namespace. Needs an ``admin`` token."""

    def __init__(self, runner: Runner, requests: Requests | None) -> None:
        self._runner = runner
        self._requests = requests

    def create(
        self,
        name: str,
        *,
        role: Literal["admin", "readwrite", "readonly"] | None = None,
        table_scope: Sequence[str] | None = None,
        database: str | None = None,
        ttl_sec: int | None = None,
        expires_at: Time | None = None,
    ) -> CreatedToken:
        """Makes a token; its secret is shown only now.

        ``role`` is by default ``admin``; ``readwrite`` is everything but DDL. ``table_scope`` names the only tables,
        ``database`` the slug of the only database that it reaches.
        """
        requests = remote("tokens", self._requests)
        return self._runner.run(
            requests.create_token(name, role, table_scope, database, ttl_sec, expires_at)
        )

    def list(self) -> list[TokenInfo]:
        """All tokens, without their secrets."""
        return self._runner.run(remote("tokens", self._requests).list_tokens())

    def revoke(self, token_id: str) -> None:
        """Ends a token at once."""
        self._runner.run(remote("tokens", self._requests).revoke_token(token_id))


Remote = TypeVar("Remote", Requests, BranchRequests)


def remote(what: str, requests: Remote | None) -> Remote:
    if requests is None:
        raise PerSQLError("local_mode", f'"{what}" needs the PerSQL API; local mode is one SQLite database.')
    return requests
