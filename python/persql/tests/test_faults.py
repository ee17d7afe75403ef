"""What becomes of calls where the network, or a server, fails."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from test_support.proxies import FAULTS, FaultyProxy, in_thread
from test_support.server import Server

from persql import ApprovalRequiredError, AsyncPerSQL, PerSQL, PerSQLError, RateLimitError

CLIENTS = 4
APPENDS = 500
Make = Callable[..., PerSQL]


def append(client: int, url: str, token: str, name: str) -> None:
    """Half of the clients are of one world, half of the other."""
    statement, numbers = "insert into log (client, number) values (?, ?)", range(APPENDS)

    async def append_awaiting() -> None:
        async with AsyncPerSQL(token, base_url=url, max_retries=30) as awaited:
            for number in numbers:
                await awaited.database(name).query(statement, [client, number])

    if client % 2 == 0:
        asyncio.run(append_awaiting())
        return
    with PerSQL(token, base_url=url, max_retries=30) as waiting:
        for number in numbers:
            waiting.database(name).query(statement, [client, number])


@pytest.mark.long
def test_applies_every_append_exactly_once_though_a_fifth_of_the_exchanges_fail(
    server: Server, name: str
) -> None:
    proxy = FaultyProxy(server.url, share=0.2, seed=7)
    with PerSQL(server.token, base_url=server.url) as direct:
        log = direct.database(name)
        log.query("create table log (id integer primary key, client integer, number integer)")
        with in_thread(proxy), ThreadPoolExecutor(CLIENTS) as threads:
            appends = [
                threads.submit(append, client, proxy.url, server.token, name) for client in range(CLIENTS)
            ]
            for done in appends:
                done.result()
        rows = log.query("select client, number from log order by id")["rows"]

    for client in range(CLIENTS):
        assert [number for of, number in rows if of == client] == list(range(APPENDS))
    assert len(rows) == CLIENTS * APPENDS
    assert sorted(proxy.harmed) == sorted(FAULTS)
    assert proxy.harmed.total() > CLIENTS * APPENDS * 0.15


@dataclass
class Prepared:
    """Answers requests as prepared, the last answer again and again, and keeps what it was asked."""

    answers: list[tuple[int, dict[str, str], str]] = field(default_factory=list)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    url: str = ""

    def answer(self, status: int, body: object, **headers: str) -> None:
        text = body if isinstance(body, str) else json.dumps(body)
        self.answers.append(
            (status, {name.replace("_", "-"): value for name, value in headers.items()}, text)
        )

    def succeed(self) -> None:
        self.answer(200, {"success": True, "data": {"columns": [], "rows": [], "rowsRead": 0}})


@pytest.fixture
def prepared() -> Iterator[Prepared]:
    plan = Prepared()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            plan.asked.append((f"{self.command} {self.path}", headers))
            status, sent, text = plan.answers.pop(0) if len(plan.answers) > 1 else plan.answers[0]
            self.send_response(status)
            for header, value in {"content-type": "application/json", **sent}.items():
                self.send_header(header, value)
            self.send_header("content-length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_POST

        def log_message(self, *_: Any) -> None: ...

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, args=[0.01])
    thread.start()
    plan.url = f"http://127.0.0.1:{http.server_address[1]}"
    yield plan
    http.shutdown()
    thread.join()
    http.server_close()


@pytest.fixture
def client(make: Make, prepared: Prepared) -> PerSQL:
    return make("psql_live_secret", base_url=prepared.url)


FAILED = {"success": False, "error": "overloaded"}


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_repeats_a_write_with_the_same_key_where_the_server_is_overloaded(
    client: PerSQL, prepared: Prepared, status: int
) -> None:
    prepared.answer(status, FAILED)
    prepared.answer(status, "<h1>a proxy says no</h1>")
    prepared.succeed()
    client.database("a/b").query("insert into t values (1)")
    keys = [headers.get("idempotency-key") for _, headers in prepared.asked]
    assert len(keys) == 3
    assert len(set(keys)) == 1
    assert keys[0]


def test_each_write_has_a_key_of_its_own_and_a_read_has_none(client: PerSQL, prepared: Prepared) -> None:
    prepared.succeed()
    database = client.database("a/b")
    database.query("insert into t values (1)")
    database.query("insert into t values (1)")
    database.query("select 1", read_only=True)
    first, second, read = [headers.get("idempotency-key") for _, headers in prepared.asked]
    assert first != second
    assert read is None


def test_repeats_what_met_a_lock_and_no_other_failure_of_sql(client: PerSQL, prepared: Prepared) -> None:
    def failure(kind: str) -> dict[str, Any]:
        return {"success": False, "error": kind, "errorDetail": {"kind": kind, "message": kind}}

    prepared.answer(503, failure("database_locked"))
    prepared.answer(400, failure("unique_violation"))
    with pytest.raises(PerSQLError) as failed:
        client.database("a/b").query("insert into t values (1)")
    assert (failed.value.code, failed.value.status) == ("api", 400)
    assert len(prepared.asked) == 2


def test_repeats_an_answer_that_is_none_of_the_api(client: PerSQL, prepared: Prepared) -> None:
    prepared.answer(200, "<h1>log in to the hotel's network</h1>")
    prepared.succeed()
    client.database("a/b").query("select 1")
    assert len(prepared.asked) == 2


def test_gives_up_after_max_retries_with_the_last_error(make: Make, prepared: Prepared) -> None:
    prepared.answer(503, FAILED)
    with pytest.raises(PerSQLError) as failed:
        make("t", base_url=prepared.url, max_retries=2).database("a/b").query("select 1")
    assert failed.value.status == 503
    assert len(prepared.asked) == 3
    with pytest.raises(PerSQLError):
        make("t", base_url=prepared.url).database("a/b").query("select 1", max_retries=0)
    assert len(prepared.asked) == 4


def test_does_not_repeat_what_might_make_two(client: PerSQL, prepared: Prepared) -> None:
    prepared.answer(503, FAILED)
    with pytest.raises(PerSQLError):
        client.databases.create("Notes")
    assert [what for what, _ in prepared.asked] == ["POST /v1/databases"]


def test_does_not_wait_for_a_server_that_asks_for_too_long_a_time(client: PerSQL, prepared: Prepared) -> None:
    prepared.answer(429, FAILED, retry_after="3600")
    with pytest.raises(RateLimitError) as limited:
        client.database("a/b").query("select 1")
    assert limited.value.retry_after == 3600
    assert len(prepared.asked) == 1


@pytest.mark.parametrize("header", ["0", "Wed, 21 Oct 2015 07:28:00 GMT"])
def test_repeats_after_the_time_that_the_server_asks_for(
    client: PerSQL, prepared: Prepared, header: str
) -> None:
    prepared.answer(429, FAILED, retry_after=header)
    prepared.succeed()
    client.database("a/b").query("select 1")
    assert len(prepared.asked) == 2


def test_says_that_a_write_needs_approval(client: PerSQL, prepared: Prepared) -> None:
    prepared.answer(
        403,
        {
            "success": False,
            "error": "approval needed",
            "approvalToken": "appr_1",
            "approvalUrl": "https://console.persql.com/approve/appr_1",
            "hits": [{"tableGlob": "t*", "matchedTable": "t"}],
        },
    )
    with pytest.raises(ApprovalRequiredError) as asked:
        client.database("a/b").query("delete from t")
    assert asked.value.approval_token == "appr_1"
    assert asked.value.hits == [{"table_glob": "t*", "matched_table": "t"}]
    assert len(prepared.asked) == 1


def test_follows_no_redirect(client: PerSQL, prepared: Prepared) -> None:
    prepared.answer(308, "", location="https://elsewhere.example/")
    with pytest.raises(PerSQLError) as redirected:
        client.database("a/b").query("select 1")
    assert redirected.value.status == 308
    assert "base_url" in str(redirected.value)
    assert len(prepared.asked) == 1


def test_an_uncertain_write_stays_uncertain_where_its_repetition_is_refused(
    client: PerSQL, prepared: Prepared
) -> None:
    prepared.answer(500, FAILED)
    prepared.answer(401, {"success": False, "error": "Invalid token"})
    with pytest.raises(PerSQLError) as failed:
        client.database("a/b").query("insert into t values (1)")
    assert failed.value.status == 500
    assert "Invalid token" in str(failed.value)


def test_no_error_shows_the_token_or_a_parameter(client: PerSQL, prepared: Prepared) -> None:
    prepared.answer(400, {"success": False, "error": "psql_live_secret may not write 'my diary'"})
    with pytest.raises(PerSQLError) as failed:
        client.database("a/b").query("insert into t values (?)", ["my diary"])
    assert "secret" not in str(failed.value)
    assert "diary" not in str(failed.value)


def test_says_which_server_could_not_be_reached(make: Make) -> None:
    with pytest.raises(PerSQLError) as failed:
        make("t", base_url="http://127.0.0.1:1", max_retries=1).database("a/b").query("select 1")
    assert failed.value.code == "network"
    assert "http://127.0.0.1:1" in str(failed.value)


def test_waits_no_longer_than_it_is_told(make: Make) -> None:
    silent = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    try:
        # It listens, and never accepts.
        url = f"http://127.0.0.1:{silent.server_address[1]}"
        with pytest.raises(PerSQLError) as failed:
            make("t", base_url=url, max_retries=0).database("a/b").query("select 1", timeout=0.05)
    finally:
        silent.server_close()
    assert failed.value.code == "timeout"
