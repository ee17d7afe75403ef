"""A file that several kinds of sessions write: each reads what the others wrote."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from agents import SQLiteSession
from test_support.server import NODE, ROOT

from openai_agents_persql import PerSQLSession

pytest.importorskip("agents.extensions.memory")
from agents.extensions.memory import AdvancedSQLiteSession

pytestmark = pytest.mark.anyio

PROGRAM = ROOT / "packages" / "openai-agents" / "test" / "support" / "run-operations.ts"


def user(text: str) -> Any:
    return {"role": "user", "content": text}


def in_typescript(path: Path, *operations: Any) -> list[Any]:
    """What operations of the session in TypeScript return, each a list of a method and its arguments."""
    done = subprocess.run(
        [NODE, str(PROGRAM), str(path), "shared"],
        check=False,
        input=json.dumps(operations),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "agents.db"


async def test_the_sqlite_session_of_the_sdk_and_ours_read_and_change_one_file(path: Path) -> None:
    theirs = SQLiteSession("shared", path)
    async with PerSQLSession.from_file("shared", path) as ours:
        await theirs.add_items([user("theirs"), user("naïve 漢字 🙂 \u0000")])
        await ours.add_items([user("ours"), user("ours too")])
        assert await theirs.get_items() == await ours.get_items()
        assert await theirs.pop_item() == user("ours too")
        assert await ours.pop_item() == user("ours")
        assert await ours.get_items(1) == await theirs.get_items(1)
        await ours.add_items([user("once")], operation_id="op")
        await theirs.clear_session()
        assert await ours.get_items() == []
        await ours.add_items([user("once more")], operation_id="op")
        assert await theirs.get_items() == [user("once more")]
    theirs.close()


async def test_rows_are_the_same_text_as_those_of_the_sdk(path: Path) -> None:
    item = {"role": "user", "content": [{"type": "input_text", "text": "naïve \u2028 \ud83d", "n": 1.0}]}
    theirs = SQLiteSession("shared", path)
    await theirs.add_items([item])  # type: ignore[list-item]
    async with PerSQLSession.from_file("shared", path) as ours:
        await ours.add_items([item])  # type: ignore[list-item]
        rows = ours._batches._database.query("select distinct message_data from agent_messages")["rows"]
    theirs.close()
    assert len(rows) == 1


async def test_what_the_advanced_session_wrote_is_read_and_may_be_continued_elsewhere(path: Path) -> None:
    advanced = AdvancedSQLiteSession(session_id="shared", db_path=path, create_tables=True)
    await advanced.add_items([user("one"), user("two")])
    async with PerSQLSession.from_file("shared", path) as ours:
        assert await ours.get_items() == [user("one"), user("two")]
        # It keeps a structure of its own beside the rows, in which rows of others do not appear.
        await ours.add_items([user("three")])
        assert await advanced.get_items() == [user("one"), user("two")]
        assert await SQLiteSession("shared", path).get_items() == await ours.get_items()
    advanced.close()


async def test_the_session_in_typescript_and_ours_read_and_change_one_file(path: Path) -> None:
    call = {"type": "function_call", "callId": "c1", "name": "look", "status": "completed", "arguments": "{}"}
    seen = {
        "type": "function_call_result",
        "callId": "c1",
        "name": "look",
        "status": "completed",
        "output": {"type": "text", "text": "seen"},
    }
    in_typescript(path, ["addItems", [user("from TypeScript"), call, seen]])
    async with PerSQLSession.from_file("shared", path) as ours:
        read = await ours.get_items()
        assert [item.get("type", "message") for item in read] == [
            "message",
            "function_call",
            "function_call_output",
        ]
        assert [item.get("call_id") for item in read[1:]] == ["c1", "c1"]
        assert read[2].get("output") == "seen"
        await ours.add_items([user("from Python"), user("naïve 🙂")])
        assert in_typescript(path, ["getItems", 2], ["popItem"]) == [
            [user("from Python"), user("naïve 🙂")],
            user("naïve 🙂"),
        ]
        in_typescript(path, ["clearSession"])
        assert await ours.get_items() == []


async def test_an_operation_is_known_to_both_languages(path: Path) -> None:
    async with PerSQLSession.from_file("shared", path) as ours:
        await ours.add_items([user("once")], operation_id="op")
        once = {"operationId": "op", "transaction": {"type": "append_items", "items": [user("once")]}}
        in_typescript(path, ["applyHistoryTransaction", once])
        assert await ours.get_items() == [user("once")]
        twice = {**once, "operationId": "op 2"}
        in_typescript(path, ["applyHistoryTransaction", twice])
        await ours.add_items([user("once")], operation_id="op 2")
        assert await ours.get_items() == [user("once"), user("once")]


async def test_the_session_in_typescript_reads_calls_of_ours_in_its_own_words(path: Path) -> None:
    call: Any = {"type": "function_call", "call_id": "c1", "name": "look", "arguments": "{}", "id": "fc_1"}
    seen: Any = {"type": "function_call_output", "call_id": "c1", "output": "seen"}
    async with PerSQLSession.from_file("shared", path) as ours:
        await ours.add_items([user("from Python"), call, seen])
        ((_, read_call, read_seen),) = in_typescript(path, ["getItems"])
        assert (read_call["type"], read_call["callId"], read_call["name"]) == ("function_call", "c1", "look")
        assert (read_seen["type"], read_seen["callId"]) == ("function_call_result", "c1")
        assert read_seen["output"] == {"type": "text", "text": "seen"}
        # What it read and adds again is what was there.
        in_typescript(path, ["clearSession"], ["addItems", [read_call, read_seen]])
        assert await ours.get_items() == [call, seen]
