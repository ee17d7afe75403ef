from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from persql import AsyncPerSQL, PerSQL, PerSQLError
from test_support.proxies import FaultyProxy, Proxy, in_thread
from test_support.server import Server

from openai_agents_persql import OperationConflictError, PerSQLSession

pytestmark = pytest.mark.anyio


def user(text: str) -> Any:
    return {"role": "user", "content": text}


async def test_a_turn_is_two_requests_also_the_very_first(counted: Proxy, server: Server, name: str) -> None:
    for turn in range(3):
        async with AsyncPerSQL(server.token, base_url=counted.url) as client:
            session = PerSQLSession("s", client.database(name))
            items = await session.get_items()
            await session.add_items([user("one"), user("two")])
        assert len(items) == 2 * turn
        assert counted.requests == 2 * (turn + 1)


async def test_pop_and_clear_are_one_request_each(counted: Proxy, server: Server, name: str) -> None:
    async with AsyncPerSQL(server.token, base_url=counted.url) as client:
        session = PerSQLSession("s", client.database(name))
        await session.add_items([user("one"), user("two")], operation_id="op")
        await session.pop_item()
        await session.clear_session()
    assert counted.requests == 3


async def test_the_same_operation_again_changes_nothing(database: Any) -> None:
    session = PerSQLSession("s", database)
    once = [{"role": "user", "content": "one"}, user("naïve \ud83d")]
    await session.add_items(once, operation_id="op")
    await session.add_items([{"content": "one", "role": "user"}, once[1]], operation_id="op")
    assert await session.get_items() == once
    with pytest.raises(OperationConflictError) as conflict:
        await session.add_items([user("two")], operation_id="op")
    assert conflict.value.status == 409
    await session.add_items([user("three")], operation_id="other")
    await PerSQLSession("another", database).add_items([user("two")], operation_id="op")
    assert await session.get_items() == [*once, user("three")]


async def test_an_operation_is_forgotten_with_its_session(database: Any) -> None:
    session = PerSQLSession("s", database)
    await session.add_items([user("one")], operation_id="op")
    await session.clear_session()
    await session.add_items([user("two")], operation_id="op")
    assert await session.get_items() == [user("two")]


@pytest.mark.parametrize("operation_id", ["", " ", "a\0", 7], ids=repr)
async def test_refuses_ids_of_operations_that_no_database_keeps(operation_id: Any) -> None:
    async with PerSQLSession.from_file("s", ":memory:") as session:
        with pytest.raises(PerSQLError) as refused:
            await session.add_items([user("one")], operation_id=operation_id)
        assert refused.value.code == "invalid_argument"
        assert await session.get_items() == []


@pytest.mark.long
async def test_appends_of_four_writers_arrive_once_though_a_fifth_of_the_exchanges_fail(
    server: Server, name: str
) -> None:
    proxy = FaultyProxy(server.url, share=0.2, seed=11)
    writers, appends = 4, 100

    async def write(session: PerSQLSession, writer: int) -> None:
        for number in range(appends):
            while True:
                try:
                    await session.add_items([user(f"{writer} {number}")], operation_id=f"{writer} {number}")
                    break
                except PerSQLError as error:
                    assert error.code in ("network", "timeout", "invalid_response"), error

    async def work(writer: int) -> None:
        if writer % 2 == 0:
            async with AsyncPerSQL(server.token, base_url=proxy.url, max_retries=0) as client:
                await write(PerSQLSession("s", client.database(name)), writer)
        else:
            with PerSQL(server.token, base_url=proxy.url, max_retries=0) as client:
                await write(PerSQLSession("s", client.database(name)), writer)

    with in_thread(proxy), ThreadPoolExecutor(writers) as threads:
        done = [threads.submit(asyncio.run, work(writer)) for writer in range(writers)]
        for one in done:
            one.result()

    async with PerSQLSession.from_token("s", server.token, name, base_url=server.url) as session:
        texts = [str(item.get("content")) for item in await session.get_items()]
    for writer in range(writers):
        mine = [text for text in texts if text.startswith(f"{writer} ")]
        assert mine == [f"{writer} {number}" for number in range(appends)]
    assert proxy.harmed.total() > 0
