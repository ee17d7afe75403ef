"""Any item, and rows in the words of either SDK."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from persql import PerSQL
from test_support.server import ROOT

from openai_agents_persql import PerSQLSession, from_agents_js_item, to_agents_js_item, to_responses_item

VECTORS: list[dict[str, Any]] = json.loads((ROOT / "fixtures" / "one-history.json").read_text("utf-8"))


def exactly(item: Any) -> str:
    """Tells 1 from true."""
    return json.dumps(item, sort_keys=True)


def harmed(value: Any, chance: random.Random) -> Any:
    """The value with some of it missing, doubled, or of another kind."""
    roll = chance.random()
    if roll < 0.05:
        return chance.choice([None, True, 0, 1.5, "text", [], {}, [{}], {"type": "x"}, {"$bytes": "aGk="}])
    if isinstance(value, dict):
        return harmed_item(value, chance)
    if isinstance(value, list):
        return [harmed(element, chance) for element in value] * (2 if roll > 0.95 else 1)
    return value


def harmed_item(item: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    fields = {key: harmed(field, chance) for key, field in item.items() if chance.random() > 0.07}
    if chance.random() < 0.1:
        fields[chance.choice(["newField", "new_field", "providerData", "caller", "id"])] = {"a": 1}
    return fields


def test_gives_back_every_item_of_the_other_sdk_whatever_it_holds() -> None:
    chance = random.Random(16)
    for _ in range(4_000):
        js = harmed_item(chance.choice(VECTORS)["js"], chance)
        assert exactly(to_agents_js_item(from_agents_js_item(js))) == exactly(js)


@pytest.mark.anyio
async def test_reads_rows_in_the_words_of_either_sdk() -> None:
    expected = [to_responses_item(vector["js"]) for vector in VECTORS]
    with PerSQL(local=":memory:") as client:
        handle = client.database("a/b")
        for words in ("js", "responses"):
            session = PerSQLSession(words, handle)
            await session.add_items([{"role": "user", "content": "makes the session"}])
            await session.pop_item()
        for vector in VECTORS:
            for words in ("js", "responses"):
                text = json.dumps(vector[words])
                handle.query(
                    "insert into agent_messages (session_id, message_data) values (?, ?)", [words, text]
                )
        assert await PerSQLSession("js", handle).get_items() == expected
        assert await PerSQLSession("js", handle).get_items(10) == expected[-10:]
        assert await PerSQLSession("responses", handle).get_items() == [
            vector["responses"] for vector in VECTORS
        ]
        snapshot = await PerSQLSession("js", handle)._get_compaction_snapshot(5)
        assert snapshot is not None
        assert snapshot.items == expected[-5:]
        for item in reversed(expected):
            assert await PerSQLSession("js", handle).pop_item() == item
