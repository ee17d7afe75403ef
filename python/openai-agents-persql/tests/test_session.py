from __future__ import annotations

import asyncio
import inspect
import logging
import threading
from typing import Any

import pytest
from agents import SQLiteSession, memory
from agents.memory import Session
from persql import AsyncPerSQL, PerSQL, PerSQLError

from openai_agents_persql import CorruptRow, InvalidItemError, PerSQLSession

pytestmark = pytest.mark.anyio
#: Old versions of the SDK have none.
Settings: Any = getattr(memory, "SessionSettings", None)


def user(text: str) -> Any:
    return {"role": "user", "content": text}


def assistant(text: str) -> Any:
    return {"role": "assistant", "content": text}


async def run(database: Any, sql: str, *params: Any) -> list[list[Any]]:
    outcome = database.query(sql, params)
    return (await outcome if inspect.isawaitable(outcome) else outcome)["rows"]


async def test_is_a_session_of_the_sdk(database: Any) -> None:
    assert isinstance(PerSQLSession("s", database), Session)


async def test_gives_back_items_in_order(database: Any) -> None:
    session = PerSQLSession("s", database)
    items = [
        user("one"),
        assistant("naïve 漢字 🙂 \u0000 \ud83d"),
        {"type": "x", "deep": [{"n": 1.5, "b": True}]},
    ]
    await session.add_items(items[:1])
    await session.add_items(items[1:])
    assert await session.get_items() == items
    assert await session.get_items(2) == items[1:]
    assert await session.get_items(0) == []
    assert await session.get_items(-1) == []
    assert await session.get_items(100) == items


async def test_gives_back_an_answer_that_somebody_has_written_by_hand(database: Any) -> None:
    by_hand: Any = {"role": "assistant", "content": [{"type": "output_text", "text": "yes"}]}
    session = PerSQLSession("s", database)
    await session.add_items([by_hand, {"type": "message", **by_hand}])
    assert await session.get_items() == [by_hand, {"type": "message", **by_hand}]


async def test_gives_back_many_items_in_order(database: Any) -> None:
    session = PerSQLSession("s", database)
    items = [user(f"number {number}") for number in range(1_000)]
    await session.add_items(items)
    assert await session.get_items() == items
    assert await session.get_items(50) == items[-50:]


async def test_reading_makes_nothing(database: Any) -> None:
    session = PerSQLSession("s", database)
    assert await session.get_items() == []
    assert await session.get_items(5) == []
    assert await session.pop_item() is None
    await session.clear_session()
    assert await run(database, "select name from sqlite_schema") == []


async def test_adds_all_items_or_none(database: Any) -> None:
    session = PerSQLSession("s", database)
    with pytest.raises(InvalidItemError):
        await session.add_items([user("one"), {"role": "user", "content": object()}])
    assert await session.get_items() == []
    await session.add_items([])
    assert await session.get_items() == []


@pytest.mark.parametrize(
    ("item", "path"),
    [
        ("text", ""),
        ({"content": [{"text": float("nan")}]}, ".content[0].text"),
        ({"a b": {1: "x"}}, '["a b"]'),
        ({"content": b"bytes"}, ".content"),
    ],
)
async def test_refuses_what_json_would_change_and_says_where(item: Any, path: str) -> None:
    with PerSQL(local=":memory:") as client:
        session = PerSQLSession("s", client.database("a/b"))
        with pytest.raises(InvalidItemError) as refused:
            await session.add_items([user("fine"), item])
    assert (refused.value.item_index, refused.value.item_path) == (1, path)
    assert "x" not in str(refused.value).split("Its value at")[0]


async def test_refuses_an_item_that_holds_itself() -> None:
    item: dict[str, Any] = {"role": "user"}
    item["content"] = [item]
    with PerSQL(local=":memory:") as client, pytest.raises(InvalidItemError, match="nested deeper"):
        await PerSQLSession("s", client.database("a/b")).add_items([item])


async def test_pops_the_newest_item(database: Any) -> None:
    session = PerSQLSession("s", database)
    await session.add_items([user("one"), user("two")])
    assert await session.pop_item() == user("two")
    assert await session.get_items() == [user("one")]
    assert await session.pop_item() == user("one")
    assert await session.pop_item() is None


async def test_clears_one_session_only(database: Any) -> None:
    session, other = PerSQLSession("s", database), PerSQLSession("other", database)
    await session.add_items([user("one")])
    await other.add_items([user("two")])
    await session.clear_session()
    assert await session.get_items() == []
    assert await other.get_items() == [user("two")]
    assert await run(database, "select session_id from agent_sessions") == [["other"]]


async def test_passes_over_corrupt_rows_and_says_which(database: Any) -> None:
    told: list[CorruptRow] = []
    session = PerSQLSession("s", database, on_corrupt_row=told.append)
    await session.add_items([user("one"), user("two")])
    for corrupt in ("no json", "[1]", '{"half":', b"{}", "1,2"):
        await run(database, "insert into agent_messages (session_id, message_data) values ('s', ?)", corrupt)
    await session.add_items([user("three")])

    assert await session.get_items() == [user("one"), user("two"), user("three")]
    assert [row.row_id for row in told] == [3, 4, 5, 6, 7]
    assert told[0] == CorruptRow("s", "agent_messages", 3, False)
    assert await session.get_items(2) == [user("two"), user("three")]
    assert await PerSQLSession("s", database, window={"turns": 1}).get_items() == await session.get_items()

    told.clear()
    assert await session.pop_item() == user("three")
    assert await session.pop_item() == user("two")
    assert [(row.row_id, row.dropped) for row in told] == [(n, True) for n in (7, 6, 5, 4, 3)]


async def test_logs_corrupt_rows_without_their_content(
    database: Any, caplog: pytest.LogCaptureFixture
) -> None:
    session = PerSQLSession("s", database)
    await session.add_items([user("one")])
    await run(database, "update agent_messages set message_data = 'confidential'")
    with caplog.at_level(logging.WARNING):
        assert await session.get_items() == []
    assert 'row 1 of "agent_messages" in session "s"' in caplog.text
    assert "confidential" not in caplog.text


async def test_uses_tables_of_other_names(database: Any) -> None:
    names = {"sessions_table": "chats", "messages_table": "lines"}
    session = PerSQLSession("s", database, **names)
    await session.add_items([user("one")], operation_id="first")
    assert await PerSQLSession("s", database, **names).get_items() == [user("one")]
    assert await PerSQLSession("s", database).get_items() == []
    tables = await run(database, "select name from sqlite_schema where type = 'table' and name like '%s%'")
    assert {"chats", "lines", "chats_operations"} <= {table for (table,) in tables}
    assert "agent_sessions" not in {table for (table,) in tables}


@pytest.mark.parametrize(
    "options",
    [
        {"sessions_table": "a b"},
        {"messages_table": 'x"; drop table y; --'},
        {"sessions_table": "same", "messages_table": "SAME"},
        {"sessions_table": "a", "messages_table": "a_operations"},
        {"messages_table": "sqlite_x"},
        {"window": {"turns": 0}},
        {"window": {"items": 1, "turns": 1}},
        {"window": {}},
        {"window": {"turns": True}},
        {"session_settings": {"limitt": 1}},
    ],
    ids=repr,
)
async def test_refuses_options_that_cannot_be_used(options: Any) -> None:
    with PerSQL(local=":memory:") as client, pytest.raises(PerSQLError) as refused:
        PerSQLSession("s", client.database("a/b"), **options)
    assert refused.value.code == "invalid_argument"


@pytest.mark.parametrize("session_id", ["", "  ", "a\0b", "\ud800", "x" * 1025, 7], ids=repr)
async def test_refuses_session_ids_that_no_database_keeps(session_id: Any) -> None:
    with PerSQL(local=":memory:") as client, pytest.raises(PerSQLError) as refused:
        PerSQLSession(session_id, client.database("a/b"))
    assert refused.value.code == "invalid_argument"


async def test_refuses_what_is_no_database() -> None:
    with pytest.raises(PerSQLError, match="handle of persql"):
        PerSQLSession("s", "agents.db")  # type: ignore[arg-type]


@pytest.mark.skipif(Settings is None, reason="this SDK has no session settings")
async def test_a_limit_is_that_of_the_call_or_of_the_settings(database: Any) -> None:
    items = [user("one"), assistant("two"), user("three")]
    await PerSQLSession("s", database).add_items(items)
    session = PerSQLSession("s", database, session_settings=Settings(limit=2))
    assert await session.get_items() == items[1:]
    assert await session.get_items(1) == items[2:]
    assert await PerSQLSession("s", database, session_settings={"limit": 0}).get_items() == []
    with pytest.raises(PerSQLError):
        await session.get_items(1.5)  # type: ignore[arg-type]


async def test_with_create_tables_off_says_that_they_are_missing(database: Any) -> None:
    session = PerSQLSession("s", database, create_tables=False)
    for call in (session.get_items(), session.add_items([user("one")]), session.pop_item()):
        with pytest.raises(PerSQLError, match="create_tables"):
            await call
    await PerSQLSession("s", database).add_items([user("one")])
    await session.add_items([user("two")])
    assert await session.get_items() == [user("one"), user("two")]


async def test_makes_tables_again_that_somebody_dropped(database: Any) -> None:
    session = PerSQLSession("s", database)
    await session.add_items([user("one")], operation_id="op")
    for table in ("agent_messages", "agent_sessions_operations", "agent_sessions"):
        await run(database, f"drop table {table}")
    assert await session.get_items() == []
    await session.add_items([user("two")], operation_id="op")
    assert await session.get_items() == [user("two")]


async def test_concurrent_appends_keep_the_items_of_each_together(database: Any) -> None:
    session = PerSQLSession("s", database)
    groups = [[user(f"{group}-{number}") for number in range(5)] for group in range(20)]
    await asyncio.gather(*(session.add_items(group) for group in groups))
    items = await session.get_items()
    assert len(items) == 100
    for group in groups:
        start = items.index(group[0])
        assert items[start : start + 5] == group


@pytest.mark.parametrize("world", ["sync", "async"])
async def test_a_cancelled_append_first_learns_what_became_of_it(world: str) -> None:
    client: Any = PerSQL(local=":memory:") if world == "sync" else AsyncPerSQL(local=":memory:")
    slow = Slow(client.database("a/b"))
    session = PerSQLSession("s", slow if world == "sync" else AsyncSlow(slow))  # type: ignore[arg-type]
    append = asyncio.ensure_future(session.add_items([user("one")]))
    await asyncio.to_thread(slow.started.wait)
    for _ in range(3):
        append.cancel()
        await asyncio.sleep(0)
    assert not append.done()
    slow.go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await append
    assert await session.get_items() == [user("one")]
    closed = client.close()
    if closed is not None:
        await closed


class Slow:
    """A handle whose batches wait to be let go on."""

    def __init__(self, database: Any) -> None:
        self.query = database.query
        self._database = database
        self.started = threading.Event()
        self.go_on = threading.Event()

    def batch(self, *args: Any, **options: Any) -> Any:
        self.started.set()
        self.go_on.wait()
        return self._database.batch(*args, **options)


class AsyncSlow:
    def __init__(self, slow: Slow) -> None:
        self._slow = slow

    async def query(self, *args: Any, **options: Any) -> Any:
        return await self._slow.query(*args, **options)

    async def batch(self, *args: Any, **options: Any) -> Any:
        self._slow.started.set()
        await asyncio.to_thread(self._slow.go_on.wait)
        return await self._slow._database.batch(*args, **options)


async def test_has_the_layout_of_the_sdk(database: Any, tmp_path: Any) -> None:
    async def layout(of: Any) -> list[Any]:
        found: list[Any] = []
        for table in ("agent_sessions", "agent_messages"):
            for pragma in ("table_info", "foreign_key_list"):
                found.append(await run(of, f"select * from pragma_{pragma}('{table}')"))
        # Old versions of the SDK have another index.
        if Settings is not None:
            found.append(await run(of, "select * from pragma_index_info('idx_agent_messages_session_id')"))
        return found

    await PerSQLSession("s", database).add_items([user("one")])
    theirs = SQLiteSession("s", tmp_path / "theirs.db")
    await theirs.add_items([user("one")])
    theirs.close()
    with PerSQL(local=tmp_path / "theirs.db") as client:
        assert await layout(client.database("a/b")) == await layout(database)


async def test_closes_a_client_of_its_own_only(tmp_path: Any) -> None:
    async with PerSQLSession.from_file("s", tmp_path / "agents.db") as session:
        await session.add_items([user("one")])
    with pytest.raises(PerSQLError) as closed:
        await session.get_items()
    assert closed.value.code == "closed"
    with PerSQL(local=tmp_path / "agents.db") as client:
        async with PerSQLSession("s", client.database("a/b")) as session:
            pass
        assert await session.get_items() == [user("one")]


async def test_from_token_reaches_the_server(server: Any, name: str) -> None:
    async with PerSQLSession.from_token("s", server.token, name, base_url=server.url) as session:
        await session.add_items([user("one")])
        assert await session.get_items() == [user("one")]
