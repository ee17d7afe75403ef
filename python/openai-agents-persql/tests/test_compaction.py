"""The atomic snapshot that the SDK's compaction asks for."""

from __future__ import annotations

from typing import Any

import pytest
from agents import SQLiteSession
from persql import PerSQL

from openai_agents_persql import PerSQLSession

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(
        not hasattr(SQLiteSession, "_get_compaction_snapshot"), reason="this SDK does not ask for it"
    ),
]

SUMMARY: Any = {"type": "compaction", "encrypted_content": "summary"}


def user(text: str) -> Any:
    return {"role": "user", "content": text}


ITEMS = [user("one"), user("two"), user("three")]


async def snapshot(session: Any, limit: int, **options: Any) -> Any:
    return await session._get_compaction_snapshot(limit, **options)


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 100])
async def test_looks_at_what_the_sdk_does(database: Any, limit: int) -> None:
    theirs, ours = SQLiteSession("s"), PerSQLSession("s", database)
    for session in (theirs, ours):
        await session.add_items(ITEMS)
    expected, found = await snapshot(theirs, limit), await snapshot(ours, limit)
    assert (found.items, found.complete) == (expected.items, expected.complete)


@pytest.mark.parametrize("start", [0, 1, 2, 3])
async def test_replaces_the_end_as_the_sdk_does(database: Any, start: int) -> None:
    theirs, ours = SQLiteSession("s"), PerSQLSession("s", database)
    for session in (theirs, ours):
        await session.add_items(ITEMS)
    done = [
        await (await snapshot(session, 10)).replace_suffix(start, [SUMMARY]) for session in (theirs, ours)
    ]
    assert done[0] == done[1]
    assert await ours.get_items() == await theirs.get_items()


@pytest.mark.parametrize("change", ["append", "pop", "clear", "again"])
async def test_changes_nothing_where_the_history_has_changed(database: Any, change: str) -> None:
    session, other = PerSQLSession("s", database), PerSQLSession("s", database)
    await session.add_items(ITEMS)
    found = await snapshot(session, 10)
    if change == "append":
        await other.add_items([user("four")])
    elif change == "pop":
        await other.pop_item()
    elif change == "clear":
        await other.clear_session()
        await other.add_items(ITEMS)
    else:
        assert await found.replace_suffix(0, [SUMMARY, SUMMARY, SUMMARY])
    before = await other.get_items()
    assert not await found.replace_suffix(0, [SUMMARY])
    assert await other.get_items() == before


async def test_changes_nothing_where_rows_in_between_are_gone(tmp_path: Any) -> None:
    with PerSQL(local=tmp_path / "a.db") as client:
        handle = client.database("a/b")
        session = PerSQLSession("s", handle)
        await session.add_items(ITEMS)
        found = await snapshot(session, 10)
        handle.query("delete from agent_messages where id = 2")
        assert not await found.replace_suffix(0, [SUMMARY])
        assert await session.get_items() == [ITEMS[0], ITEMS[2]]


async def test_prunes_the_oldest_items_in_the_same_change(database: Any) -> None:
    theirs, ours = SQLiteSession("s"), PerSQLSession("s", database)
    old = [user(f"old {number}") for number in range(7)]
    for session in (theirs, ours):
        await session.add_items([*old, user("keep"), user("old but after it"), *ITEMS])
        found = await snapshot(
            session, 3, prune_prefix=lambda item: str(item.get("content")).startswith("old")
        )
        assert await found.replace_suffix(1, [SUMMARY])
    assert await ours.get_items() == await theirs.get_items()
    assert (await ours.get_items())[0] == user("keep")


async def test_prunes_nothing_where_the_end_has_changed(database: Any) -> None:
    session = PerSQLSession("s", database)
    await session.add_items([user("old"), *ITEMS])
    found = await snapshot(session, 3, prune_prefix=lambda _: True)
    await session.add_items([user("four")])
    assert not await found.replace_suffix(0, [SUMMARY])
    assert await session.get_items() == [user("old"), *ITEMS, user("four")]


async def test_leaves_corrupt_rows_to_nobody(database: Any) -> None:
    async with PerSQLSession.from_file("s", ":memory:") as session:
        await session.add_items(ITEMS)
        session._batches._database.query("update agent_messages set message_data = '{' where id = 2")
        assert await snapshot(session, 10) is None
        assert (await snapshot(session, 1)).items == ITEMS[2:]


async def test_a_session_that_does_something_else_is_not_passed_by(database: Any) -> None:
    class Shouting(PerSQLSession):
        pass

    assert await snapshot(Shouting("s", database), 10) is None
