"""Reading only what is new: a session that keeps what it read reads what one that keeps nothing reads."""

from __future__ import annotations

import asyncio
import json
import random
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pytest
from persql import AsyncPerSQL, PerSQL, PerSQLError
from test_support.proxies import Proxy
from test_support.server import ROOT, Server

from openai_agents_persql import PerSQLSession
from openai_agents_persql._cache import HistoryCache
from openai_agents_persql._marks import Marks

pytestmark = pytest.mark.anyio

SESSIONS = ("a", "b")
TEXTS = tuple(
    json.dumps({"role": role, "content": text})
    for role, text in (("user", "x"), ("user", "y"), ("assistant", "x"))
)
#: What a program does that knows the tables and nothing else, to a session, two row ids, and with a text.
FOREIGN = {
    "add": "insert into {m} (session_id, message_data) values ('{s}', '{text}')",
    "add two": "insert into {m} (session_id, message_data) values ('{s}', '{text}'), ('{s}', '{text}')",
    "insert at": "insert or ignore into {m} (id, session_id, message_data) values ({y}, '{s}', '{text}')",
    "replace at": "insert or replace into {m} (id, session_id, message_data) values ({y}, '{s}', '{text}')",
    "delete at": "delete from {m} where id = {y}",
    "delete up to": "delete from {m} where id <= {y} and session_id = '{s}'",
    "delete from": "delete from {m} where id >= {y} and session_id = '{s}'",
    "update": "update {m} set message_data = '{text}' where id = {y}",
    "move to a session": "update {m} set session_id = '{s}' where id = {y}",
    "move to an id": "update or replace {m} set id = {y} where id = {x}",
    "clear": "delete from {m} where session_id = '{s}'; delete from {t} where session_id = '{s}'",
    "cascade": "pragma foreign_keys = on; delete from {t} where session_id = '{s}'",
    "empty": "delete from {m}",
    "drop the table": "drop table {m}",
    "drop all": "drop table {m}; drop table {t}; drop table {t}_marks",
    "drop the marks": "drop table {t}_marks",
    "drop a trigger": "drop trigger if exists {t}_marks_{trigger}",
    "rename": "alter table {m} rename to elsewhere; alter table elsewhere rename to {m}",
    "corrupt": "update {m} set message_data = '{{' where id = {y}",
}
TRIGGERS = ("delete", "update", "move", "insert")


def user(text: str) -> Any:
    return {"role": "user", "content": text}


def ignore(_: object) -> None:
    pass


def foreign(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as connection:
        connection.executescript(sql)


def copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        if one.execute("select count(*) from sqlite_schema").fetchone() != (0,):
            one.backup(other)


class Recording:
    """A handle that says what was read through it: for each call, the numbers of rows of its statements."""

    def __init__(self, of: Any, change: Callable[[str], str] = str) -> None:
        self._of = of
        self._change = change
        self.reads: list[list[int]] = []

    def _changed(self, statements: Sequence[Any]) -> list[Any]:
        return [{**one, "sql": self._change(one["sql"])} for one in statements]

    def _read(self, rows: list[Any]) -> None:
        self.reads.append([len(one) for one in rows])

    def read_at_once(self, statements: Any) -> Any:
        rows = self._of.read_at_once(self._changed(statements))
        if rows is not None:
            self._read(rows)
        return rows

    def query(self, sql: str, params: Any = None, **options: Any) -> Any:
        found = self._of.query(self._change(sql), params, **options)
        self._read([found["rows"]])
        return found

    def batch(self, statements: Any, **options: Any) -> Any:
        found = self._of.batch(self._changed(statements), **options)
        if options.get("read_only"):
            self._read([one["rows"] for one in found])
        return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "agents.db"


@pytest.fixture
def database(path: Path) -> Iterator[Any]:
    with PerSQL(local=path) as client:
        yield client.database("local/main")


async def check(path: Path, chance: random.Random, steps: int, tables: tuple[str, str]) -> None:
    names = {"sessions_table": tables[0], "messages_table": tables[1], "on_corrupt_row": ignore}
    saved = path.with_name("saved.db")
    async with AsyncPerSQL(local=path) as asynchronous:
        with PerSQL(local=path) as first, PerSQL(local=path) as second, PerSQL(local=path) as third:
            handles = [one.database("local/main") for one in (first, second)]
            handles.append(asynchronous.database("local/main"))  # type: ignore[arg-type]
            plain = third.database("local/main")
            done: list[str] = []

            def session(handle: Any, name: str, **options: Any) -> PerSQLSession:
                return PerSQLSession(name, handle, **names, **options)

            async def compare(handle: Any, name: str, limit: int | None) -> None:
                read = await session(handle, name).get_items(limit)
                assert read == await session(plain, name, cache=False).get_items(limit), done
                # What a caller does to its copies is nobody else's matter.
                for item in read:
                    item.clear()  # type: ignore[attr-defined]

            epoch = 0
            await session(handles[0], "a").add_items([user("x"), user("y")])
            for _ in range(steps):
                name = chance.choice(SESSIONS)
                handle = chance.choice(handles)
                # An older copy is told from what came after it by its newest rows, so these must not be the same.
                text = json.dumps({**json.loads(chance.choice(TEXTS)), **({"epoch": epoch} if epoch else {})})
                do = chance.choices(
                    ("read", "add", "pop", "clear", "compact", "foreign", "save", "restore"),
                    (9, 6, 1, 1, 1, 6, 0.5, 0.5),
                )[0]
                done.append(f"{do} {name} {handles.index(handle)}")
                if do == "read":
                    await compare(handle, name, chance.choice((None, None, None, 3)))
                elif do == "add":
                    added = [json.loads(text)] * chance.randint(1, 3)
                    await session(handle, name).add_items(added)
                elif do == "pop":
                    await session(handle, name).pop_item()
                elif do == "clear":
                    await session(handle, name).clear_session()
                elif do == "compact":
                    snapshot = await session(handle, name)._get_compaction_snapshot(3)
                    if snapshot and snapshot.items:
                        await snapshot.replace_suffix(0, [json.loads(text)])
                elif do == "save":
                    copy(path, saved)
                elif do == "restore":
                    if saved.exists():
                        copy(saved, path)
                        epoch += 1
                else:
                    kind = chance.choice(list(FOREIGN))
                    sql = FOREIGN[kind].format(
                        t=tables[0],
                        m=tables[1],
                        s=name,
                        x=chance.randint(1, 12),
                        y=chance.randint(1, 12),
                        text=text,
                        trigger=chance.choice(TRIGGERS),
                    )
                    done[-1] = sql
                    try:
                        foreign(path, sql)
                    except sqlite3.Error:
                        # It may not apply, such as to a table that is not there.
                        done.pop()
            for handle in handles:
                for name in SESSIONS:
                    await compare(handle, name, None)


@pytest.mark.parametrize(
    ("seed", "tables"),
    [(seed, ("agent_sessions", "agent_messages")) for seed in range(25)]
    + [(0, ("chats", "said")), (1, ("chats", "said"))],
)
async def test_reads_what_a_plain_session_reads_whatever_anybody_does(
    path: Path, seed: int, tables: tuple[str, str]
) -> None:
    await check(path, random.Random(seed), 60, tables)


@pytest.mark.long
async def test_the_same_for_many_more_changes(tmp_path: Path) -> None:
    for seed in range(1000, 1080):
        await check(tmp_path / f"{seed}.db", random.Random(seed), 60, ("agent_sessions", "agent_messages"))


async def test_asks_for_what_is_new_and_for_everything_only_where_more_has_changed(
    path: Path, database: Any
) -> None:
    recording = Recording(database)
    session = PerSQLSession("s", recording)  # type: ignore[arg-type]

    async def read() -> list[list[int]]:
        recording.reads.clear()
        await session.get_items()
        return [*recording.reads]

    await session.add_items([user(str(n)) for n in range(10)])
    # Kept from the second time on.
    assert [await read() for _ in range(3)] == [[[10]], [[1, 10]], [[1, 4]]]
    await session.add_items([user("more")])
    # The four that are compared, and the new one.
    assert await read() == [[1, 5]]
    foreign(path, "delete from agent_messages where id = 2")
    assert await read() == [[1, 4], [1, 10]]
    foreign(path, "delete from agent_messages where id = 1")
    assert await read() == [[1, 4], [1, 9]]
    assert await read() == [[1, 4]]
    await session.pop_item()
    assert await read() == [[1, 8]]


async def test_another_process_adds_and_removes(path: Path, database: Any) -> None:
    program = """if True:
        import asyncio, sys
        from openai_agents_persql import PerSQLSession
        async def main():
            async with PerSQLSession.from_file("s", sys.argv[1]) as session:
                if sys.argv[2] == "add":
                    await session.add_items([{"role": "user", "content": "theirs"}])
                else:
                    await session.pop_item()
        asyncio.run(main())"""
    session = PerSQLSession("s", database)
    await session.add_items([user("ours")])
    for do, expected in (("add", ["ours", "theirs"]), ("pop", ["ours"]), ("add", ["ours", "theirs"])):
        for _ in range(2):
            await session.get_items()
        await asyncio.to_thread(subprocess.run, [sys.executable, "-c", program, str(path), do], check=True)
        assert [item["content"] for item in await session.get_items()] == expected  # type: ignore[typeddict-item]


async def test_gives_copies_of_all_that_json_holds(database: Any) -> None:
    def given() -> Any:
        return {
            "role": "user",
            "content": [{"a": [1, -0.5, 1e300, 2**70, True, None, "naïve 🙂", "\ud83d"], "b": {}}, "x"],
        }

    session = PerSQLSession("s", database)
    for count in range(1, 80):
        await session.add_items([given()])
        items: Any = await session.get_items()
        assert items == [given()] * count
        assert [type(value) for value in items[0]["content"][0]["a"]] == [
            type(value) for value in given()["content"][0]["a"]
        ]
        items[0]["content"][0]["a"].clear()
        del items[-1]["content"][0]["b"]


@pytest.mark.parametrize("depth", [600, 2500])
async def test_reads_deep_items_as_a_plain_session_does(path: Path, database: Any, depth: int) -> None:
    session = PerSQLSession("s", database, on_corrupt_row=ignore)
    plain = PerSQLSession("s", database, on_corrupt_row=ignore, cache=False)
    await session.add_items([user("x")])
    for _ in range(2):
        await session.get_items()
    deep = '{"a":' * depth + "1" + "}" * depth
    foreign(path, f"insert into agent_messages (session_id, message_data) values ('s', '{deep}')")
    for _ in range(3):
        assert len(await session.get_items()) == len(await plain.get_items())


#: Rows as letters: "." is one of another session.
@pytest.mark.parametrize(
    ("lost", "found"),
    [
        ("abcdefgh", "abc"),
        ("pxy", "qxy"),
        ("pxxxx", "qx.xxx"),
        ("px.xxx", "q.xxxx"),
    ],
    ids=["shorter", "other texts", "another newest row", "another first of the newest rows"],
)
async def test_an_older_copy_that_has_gone_on_is_another_history(
    path: Path, database: Any, lost: str, found: str
) -> None:
    async def add(letters: str) -> None:
        for letter in letters:
            await PerSQLSession("other" if letter == "." else "s", database).add_items([user(letter)])

    session = PerSQLSession("s", database)
    await add("12")
    saved = path.with_name("saved.db")
    copy(path, saved)
    await add(lost)
    for _ in range(2):
        await session.get_items()
    copy(saved, path)
    await add(found)
    assert await session.get_items() == [user(letter) for letter in f"12{found}" if letter != "."]


async def test_keeps_no_more_than_it_may_of_those_that_were_read_last(database: Any) -> None:
    recording: Any = Recording(database)
    for name in "abc":
        await PerSQLSession(name, recording).add_items([user("x" * 400)])
    await PerSQLSession("large", recording).add_items([user("x" * 6000)])

    kept = HistoryCache.of(recording, {"bytes": 5000})

    async def read(names: Iterable[str]) -> list[str]:
        """The sessions that are kept then, the least recently read one first."""
        for name in names:
            await PerSQLSession(name, recording).get_items()
        assert kept._bytes == sum(known.size for known in kept._histories.values()) <= 5000
        return [str(cast("Any", key)[-1]) for key in kept._histories]

    assert await read("abcabc") == ["b", "c"]
    assert await read("ba") == ["b", "a"]
    assert await read(["large"] * 3) == ["b", "a"]
    # The handle has one, whoever opens a session on it.
    PerSQLSession("s", recording, cache={"bytes": 0})
    assert await read("aa") == []


@pytest.mark.parametrize(
    "cache", [None, 1, -1, {}, {"bytes": -1}, {"bytes": True}, {"bytes": 1.5}, {"byte": 1}]
)
def test_refuses_options_that_are_none(database: Any, cache: Any) -> None:
    with pytest.raises(PerSQLError, match="cache must be True, False or"):
        PerSQLSession("s", database, cache=cache)


@pytest.mark.parametrize("options", [{"cache": False}, {"create_tables": False}])
async def test_keeps_nothing_where_it_was_told_so(database: Any, options: Any) -> None:
    await PerSQLSession("s", database).add_items([user("x")])
    recording: Any = Recording(database)
    session = PerSQLSession("s", recording, **options)
    for _ in range(3):
        assert await session.get_items() == [user("x")]
    assert recording.reads == [[1]] * 3


async def test_keeps_again_once_a_change_has_made_the_marks(path: Path, database: Any) -> None:
    recording: Any = Recording(database)
    session = PerSQLSession("s", recording)
    await session.add_items([user("x")])
    foreign(path, "drop table agent_sessions_marks")
    for trigger in TRIGGERS:
        foreign(path, f"drop trigger agent_sessions_marks_{trigger}")
    for _ in range(3):
        assert await session.get_items() == [user("x")]
    assert recording.reads == [[1]] * 3
    await session.add_items([user("y")])
    for _ in range(2):
        assert await session.get_items() == [user("x"), user("y")]
    assert recording.reads[3:] == [[1, 2], [1, 2]]


async def test_passes_over_corrupt_rows_each_time_and_says_so(path: Path, database: Any) -> None:
    reported: list[int] = []
    session = PerSQLSession("s", database, on_corrupt_row=lambda row: reported.append(row.row_id))
    await session.add_items([user("1"), user("2"), user("3")])
    for _ in range(2):
        await session.get_items()
    foreign(path, "insert into agent_messages (session_id, message_data) values ('s', '{')")
    for _ in range(2):
        assert len(await session.get_items()) == 3
    foreign(path, "update agent_messages set message_data = '{' where id = 2")
    for _ in range(2):
        assert len(await session.get_items()) == 2
    assert reported == [4, 4, 2, 4, 2, 4]


async def test_over_http_a_read_is_one_request_for_what_is_new(
    counted: Proxy, server: Server, name: str
) -> None:
    async with AsyncPerSQL(server.token, base_url=counted.url) as client:
        session = PerSQLSession("s", client.database(name))
        other = PerSQLSession("s", client.database(name), cache=False)
        await session.add_items([user(str(n)) for n in range(20)])
        for _ in range(2):
            await session.get_items()
        for count in range(21, 24):
            before = counted.requests
            await session.add_items([user("more")])
            assert len(await session.get_items()) == count
            assert counted.requests - before == 2
        await other.pop_item()
        before = counted.requests
        assert len(await session.get_items()) == 22
        assert counted.requests - before == 2


#: What each part of the check is there for: the change that is not seen without it.
PARTS: dict[str, tuple[str, str, str]] = {
    "rows deleted in the middle": (
        "delete from agent_messages where id = 2",
        r"(create trigger.*marks_delete\".* )when",
        r"\1when 0 and",
    ),
    "a row changed": (
        'update agent_messages set message_data = \'{"role":"user"}\' where id = 2',
        r"(create trigger.*marks_update\".* )begin",
        r"\1when 0 begin",
    ),
    "a row that another one is moved onto": (
        "update or replace agent_messages set id = 2 where id = 9",
        r"(create trigger.*marks_move\".*)when",
        r"\1when 0 and",
    ),
    "a row put between others": (
        (
            "delete from agent_messages where id = 3; insert into agent_messages (id, session_id, message_data) "
            "values (3, 'a', '{\"role\":\"user\"}')"
        ),
        r"(create trigger.*marks_insert\".*)when",
        r"\1when 0 and",
    ),
    "a row that another one replaces": (
        (
            "insert or replace into agent_messages (id, session_id, message_data) "
            "values (2, 'b', '{\"role\":\"user\"}')"
        ),
        r"(create trigger.*marks_insert\".*)when",
        r"\1when 0 and",
    ),
    "rows deleted at the beginning": (
        "delete from agent_messages where id = 1",
        r", \(select id from (\"agent_messages\" where session_id = \?) order by id limit 1\)",
        r", (select 1 from \1 limit 1)",
    ),
    "rows deleted while a trigger was missing": (
        "drop trigger agent_sessions_marks_delete; delete from agent_messages where id = 2",
        r"case when .* = 4 then",
        r"case when 1 then",
    ),
    "tables made again with the same newest rows": (
        "create table kept as select * from agent_messages; drop table agent_messages",
        r"where \(select count\(\*\)",
        r"where 0 and (select count(*)",
    ),
}


def test_the_marks_are_those_of_the_sessions_in_typescript() -> None:
    snapshot = (ROOT / "packages/session-core/test/snapshots/sqlite-sessions.sql").read_text("utf-8")
    made, _, _ = snapshot.partition("-- createMarks\n")[2].partition("\n--")
    ours = "".join(f"{statement['sql']};\n" for statement in Marks("agent_sessions", "agent_messages").create)
    assert ours.split() == made.split()


@pytest.mark.parametrize("is_whole", [True, False], ids=["whole", "without its part"])
@pytest.mark.parametrize("name", PARTS)
async def test_what_was_read_no_longer_stands_after(path: Path, name: str, is_whole: bool) -> None:
    change, part, without = PARTS[name]

    def lessened(sql: str) -> str:
        return sql if is_whole else re.sub(part, without, sql, flags=re.DOTALL)

    is_again = name.startswith("tables made again")
    with PerSQL(local=path) as client, PerSQL(local=path) as other:
        handle: Any = Recording(client.database("local/main"), str if is_again else lessened)
        # "a" has the rows 1 to 8 but 3, which "b" has, with 9.
        for session, count in (("a", 2), ("b", 1), ("a", 5), ("b", 1)):
            await PerSQLSession(session, handle).add_items([user(f"{session}{n}") for n in range(count)])
        reader = PerSQLSession("a", handle)
        for _ in range(2):
            await reader.get_items()
        foreign(path, change)
        if is_again:
            again: Any = Recording(other.database("local/main"), lessened)
            await PerSQLSession("b", again).add_items([user("again")])
            foreign(
                path,
                'delete from agent_messages; update kept set message_data = \'{"role":"user"}\' where id = 2; '
                "insert into agent_messages select * from kept",
            )
        seen = await reader.get_items()
        plain = await PerSQLSession("a", other.database("local/main"), cache=False).get_items()
        assert (seen == plain) is is_whole
