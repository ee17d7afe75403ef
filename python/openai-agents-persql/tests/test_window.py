from __future__ import annotations

from typing import Any

import pytest
from persql import PerSQL

from openai_agents_persql import PerSQLSession

pytestmark = pytest.mark.anyio


def user(text: str) -> Any:
    return {"role": "user", "content": text}


def assistant(text: str) -> Any:
    return {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]}


def call(call_id: str, kind: str = "function_call") -> Any:
    return {"type": kind, "call_id": call_id, "name": "look", "arguments": "{}"}


def output(call_id: str, kind: str = "function_call_output") -> Any:
    return {"type": kind, "call_id": call_id, "output": "seen"}


REASONING: Any = {"type": "reasoning", "id": "rs_1", "summary": []}


async def test_the_latest_turns_begin_at_a_user_message(database: Any) -> None:
    first = [user("one"), call("a"), output("a"), assistant("done")]
    # Two user items in a row are one turn.
    second = [user("two"), user("and"), assistant("ok")]
    third = [user("three"), assistant("fine")]
    await PerSQLSession("s", database).add_items([assistant("welcome"), *first, *second, *third])

    async def turns(count: int) -> list[Any]:
        return await PerSQLSession("s", database, window={"turns": count}).get_items()

    assert await turns(1) == third
    assert await turns(2) == second + third
    assert await turns(3) == first + second + third
    # There is no fourth: everything.
    assert await turns(4) == [assistant("welcome"), *first, *second, *third]
    assert await PerSQLSession("s", database, window={"turns": 1}).get_items(3) == [second[-1], *third]


async def test_corrupt_rows_do_not_begin_a_turn(database: Any) -> None:
    async with PerSQLSession.from_file("s", ":memory:", window={"turns": 1}) as session:
        await session.add_items([user("one"), user("two")])
        handle = session._batches._database
        handle.query("update agent_messages set message_data = '{' where id = 1")
        await session.add_items([user("three"), assistant("ok")])
        assert await session.get_items() == [user("two"), user("three"), assistant("ok")]


@pytest.mark.parametrize(
    ("items", "kept"),
    [
        ([call("a"), output("a"), user("x")], 2),
        ([user("x"), call("a"), output("a")], 2),
        ([REASONING, call("a"), output("a")], 2),
    ],
)
async def test_a_window_of_items_holds_no_result_without_its_call(items: Any, kept: int) -> None:
    async with PerSQLSession.from_file("s", ":memory:", window={"items": 2}) as session:
        await session.add_items(items)
        got = await session.get_items()
    assert got == [
        item for item in items[-kept:] if item.get("type") != "function_call_output" or items[-2] == call("a")
    ]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        # Results whose call is missing, of every kind.
        ([output("a"), user("x")], [1]),
        ([output("a", "custom_tool_call_output"), user("x")], [1]),
        ([output("a", "computer_call_output"), user("x")], [1]),
        ([output("a", "shell_call_output"), user("x")], [1]),
        ([output("a", "apply_patch_call_output"), user("x")], [1]),
        ([output("a", "invented_output"), user("x")], [1]),
        ([{"type": "local_shell_call_output", "id": "a", "output": ""}, user("x")], [1]),
        ([{"type": "mcp_approval_response", "approval_request_id": "a", "approve": True}], []),
        (
            [
                {"type": "mcp_approval_request", "id": "a"},
                {"type": "mcp_approval_response", "approval_request_id": "a"},
            ],
            [0, 1],
        ),
        # The same id of another kind of call is none of theirs.
        ([call("a", "shell_call"), output("a")], [0]),
        ([call("a"), output("a")], [0, 1]),
        # A result before its call answers nothing.
        ([output("a"), call("a"), output("a")], [1, 2]),
        # Reasoning that led to nothing that is left.
        ([REASONING, output("a"), user("x")], [2]),
        ([REASONING, REASONING, output("a")], []),
        ([REASONING, assistant("x")], [0, 1]),
        # What a program calls says nothing without it.
        ([{**call("b"), "caller": {"type": "program", "caller_id": "p"}}, output("b"), user("x")], [2]),
        (
            [
                call("p", "program"),
                {**call("b"), "caller": {"type": "program", "caller_id": "p"}},
                output("b"),
            ],
            [0, 1, 2],
        ),
        # A search's results may come without an id.
        ([{"type": "tool_search_call", "id": "s"}, {"type": "tool_search_output"}], [0, 1]),
        ([{"type": "web_search_call", "id": "ws"}, {"type": "compaction", "encrypted_content": "x"}], [0, 1]),
    ],
)
async def test_leaves_out_what_says_nothing_alone(given: Any, kept: list[int]) -> None:
    async with PerSQLSession.from_file("s", ":memory:", window={"items": 100}) as session:
        await session.add_items(given)
        assert await session.get_items() == [given[place] for place in kept]


async def test_a_limit_of_a_call_cuts_where_it_is_told_to(database: Any) -> None:
    session = PerSQLSession("s", database, window={"items": 1})
    await session.add_items([call("a"), output("a")])
    assert await session.get_items() == []
    assert await session.get_items(1) == [output("a")]


async def test_what_does_not_fit_into_one_answer_is_read_in_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    with PerSQL(local=":memory:") as client:
        small = Limited(client.database("a/b"), 2_000)
        session = PerSQLSession("s", small)  # type: ignore[arg-type]
        items = [user(f"{number} {'x' * 300}") for number in range(50)]
        items[20] = user("y" * 1_500)
        await session.add_items(items)
        monkeypatch.setattr("openai_agents_persql._history._MOST_BYTES", 8_000)
        monkeypatch.setattr("openai_agents_persql._history._LEAST_BYTES", 100)
        assert await session.get_items() == items
        assert await session.get_items(40) == items[10:]
        assert await PerSQLSession("s", small, window={"turns": 1}).get_items() == items  # type: ignore[arg-type]
        assert small.refused > 3


class Limited:
    """A handle whose answers hold so many characters at most."""

    def __init__(self, database: Any, size: int) -> None:
        self._database = database
        self._size = size
        self.refused = 0

    def query(self, *args: Any, **options: Any) -> Any:
        return self._small(self._database.query(*args, **options))

    def batch(self, *args: Any, **options: Any) -> Any:
        return self._small(self._database.batch(*args, **options))

    def _small(self, result: Any) -> Any:
        from persql import PerSQLError

        rows = result["rows"] if isinstance(result, dict) else [one["rows"] for one in result]
        if len(repr(rows)) > self._size:
            self.refused += 1
            raise PerSQLError("api", "too large", status=413)
        return result
