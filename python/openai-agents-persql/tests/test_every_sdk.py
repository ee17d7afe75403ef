"""What works with every version of the SDK that has sessions."""

from __future__ import annotations

from typing import Any

import pytest
from agents import Agent, Runner
from test_support.parrot import Parrot

from openai_agents_persql import PerSQLSession

pytestmark = pytest.mark.anyio


async def test_a_run_remembers_the_ones_before(database: Any) -> None:
    agent = Agent(name="a", model=Parrot())
    answers = [
        (await Runner.run(agent, f"question {number}", session=PerSQLSession("s", database))).final_output
        for number in range(3)
    ]
    assert answers == ["1 items", "3 items", "5 items"]
    stored = await PerSQLSession("s", database).get_items()
    assert [item.get("role") for item in stored] == ["user", "assistant"] * 3
