"""The runner of the SDK, with each session in turn: what is stored and what is sent must be the same."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Sequence
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock, Mock

import pytest
from agents import (
    Agent,
    GuardrailFunctionOutput,
    InputGuardrail,
    InputGuardrailTripwireTriggered,
    RunConfig,
    Runner,
    SQLiteSession,
    function_tool,
)
from openai.types.responses import ResponseReasoningItem
from persql import AsyncPerSQL
from test_support.proxies import Proxy
from test_support.server import Server

from openai_agents_persql import PerSQLSession

pytest.importorskip("agents.testing", reason="this SDK has no scripted model")

from agents.memory import OpenAIResponsesCompactionSession, SessionSettings
from agents.testing import ScriptedModel, assistant_message, function_call

pytestmark = pytest.mark.anyio


@dataclasses.dataclass
class Scene:
    """A session, and all that the model was sent."""

    session: Any
    sent: list[Any] = dataclasses.field(default_factory=list)

    async def run(self, agent: Agent[Any], prompt: Any, steps: Sequence[Any], **options: Any) -> Any:
        model = ScriptedModel(steps)
        agent.model = model
        for handoff in agent.handoffs:
            handoff.model = model  # type: ignore[union-attr]
        try:
            return await Runner.run(agent, prompt, session=self.session, **options)
        finally:
            self.sent += [call.input for call in model.calls]


@function_tool
def look(thing: str) -> str:
    """Looks at a thing."""
    return f"seen {thing}"


@function_tool(needs_approval=True)
def delete(thing: str) -> str:
    """Deletes a thing."""
    return f"deleted {thing}"


def reasoning(name: str) -> ResponseReasoningItem:
    return ResponseReasoningItem(id=f"rs_{name}", summary=[], type="reasoning", encrypted_content="e")


async def plain(scene: Scene) -> None:
    for number in range(3):
        await scene.run(Agent(name="a"), f"question {number}", [[assistant_message(f"answer {number}")]])


async def tools(scene: Scene) -> None:
    agent = Agent(name="a", tools=[look])
    calls = [
        reasoning("1"),
        function_call("look", {"thing": "x"}, call_id="c1"),
        function_call("look", {"thing": "y"}, call_id="c2"),
    ]
    await scene.run(agent, "look", [calls, [assistant_message("done")]])
    await scene.run(agent, "and now?", [[assistant_message("nothing")]])


async def streamed(scene: Scene) -> None:
    model = ScriptedModel(
        [[function_call("look", {"thing": "x"}, call_id="c1")], [assistant_message("done")]]
    )
    result = Runner.run_streamed(Agent(name="a", tools=[look], model=model), "look", session=scene.session)
    async for _ in result.stream_events():
        pass
    scene.sent += [call.input for call in model.calls]
    await scene.run(Agent(name="a"), "again", [[assistant_message("yes")]])


async def handoff(scene: Scene) -> None:
    expert = Agent(name="expert")
    agent = Agent(name="a", handoffs=[expert])
    await scene.run(
        agent, "help", [[function_call("transfer_to_expert", {}, call_id="h1")], [assistant_message("hi")]]
    )
    await scene.run(expert, "more", [[assistant_message("more")]])


async def approval(scene: Scene) -> None:
    agent = Agent(name="a", tools=[delete])
    stopped = await scene.run(agent, "delete", [[function_call("delete", {"thing": "x"}, call_id="d1")]])
    assert len(stopped.interruptions) == 1
    state = stopped.to_state()
    state.approve(stopped.interruptions[0])
    model = ScriptedModel([[assistant_message("done")]])
    agent.model = model
    await Runner.run(agent, state, session=scene.session)
    scene.sent += [call.input for call in model.calls]


async def rejection(scene: Scene) -> None:
    agent = Agent(name="a", tools=[delete])
    stopped = await scene.run(agent, "delete", [[function_call("delete", {"thing": "x"}, call_id="d1")]])
    state = stopped.to_state()
    state.reject(stopped.interruptions[0])
    agent.model = ScriptedModel([[assistant_message("left it")]])
    await Runner.run(agent, state, session=scene.session)


async def guardrail(scene: Scene) -> None:
    async def refuse(*_: Any) -> GuardrailFunctionOutput:
        return GuardrailFunctionOutput(output_info=None, tripwire_triggered=True)

    await scene.run(Agent(name="a"), "fine", [[assistant_message("ok")]])
    guarded: Agent[Any] = Agent(name="a", input_guardrails=[InputGuardrail(refuse)])
    with pytest.raises(InputGuardrailTripwireTriggered):
        await scene.run(guarded, "forbidden", [[assistant_message("ok")]])
    await scene.run(Agent(name="a"), "fine again", [[assistant_message("ok")]])


async def failing_model(scene: Scene) -> None:
    with pytest.raises(ValueError, match="the model broke"):
        await scene.run(Agent(name="a"), "one", [ValueError("the model broke")])
    await scene.run(Agent(name="a"), "two", [[assistant_message("ok")]])


async def limited(scene: Scene) -> None:
    agent = Agent(name="a", tools=[look])
    await scene.run(
        agent, "look", [[function_call("look", {"thing": "x"}, call_id="c1")], [assistant_message("done")]]
    )
    config = RunConfig(session_settings=SessionSettings(limit=2))
    await scene.run(agent, "again", [[assistant_message("yes")]], run_config=config)


async def callback(scene: Scene) -> None:
    async def newest_first(history: list[Any], new: list[Any]) -> list[Any]:
        return [*new, *history[-1:]]

    await scene.run(Agent(name="a"), "one", [[assistant_message("ok")]])
    config = RunConfig(session_input_callback=newest_first)
    await scene.run(Agent(name="a"), "two", [[assistant_message("ok")]], run_config=config)


async def compaction(scene: Scene) -> None:
    client = Mock()
    summary = {"type": "compaction", "id": "cmp_1", "encrypted_content": "summary"}
    client.responses.compact = AsyncMock(return_value=SimpleNamespace(output=[summary], usage=None))
    stored = scene.session
    scene.session = OpenAIResponsesCompactionSession(
        stored.session_id,
        stored,
        client=client,
        compaction_mode="input",
        should_trigger_compaction=lambda _: True,
    )
    await scene.run(Agent(name="a"), "one", [[assistant_message("ok")]])
    await scene.run(Agent(name="a"), "two", [[assistant_message("ok")]])
    scene.sent += [call.kwargs["input"] for call in client.responses.compact.await_args_list]
    assert client.responses.compact.await_count == 2
    assert [item.get("type") for item in await stored.get_items()] == ["compaction"]


SCENES: list[Callable[[Scene], Awaitable[None]]] = [
    plain,
    tools,
    streamed,
    handoff,
    approval,
    rejection,
    guardrail,
    failing_model,
    limited,
    callback,
    compaction,
]


@pytest.mark.parametrize("play", SCENES, ids=lambda play: play.__name__)
async def test_stores_and_sends_what_the_sdk_does(
    play: Callable[[Scene], Awaitable[None]], database: Any
) -> None:
    theirs, ours = Scene(SQLiteSession("s")), Scene(PerSQLSession("s", database))
    await play(theirs)
    await play(ours)
    assert ours.sent == theirs.sent
    assert len(ours.sent) > 0
    assert await ours.session.get_items() == await theirs.session.get_items()


async def test_a_turn_of_the_window_is_sent_whole(database: Any) -> None:
    scene = Scene(PerSQLSession("s", database, window={"turns": 1}))
    agent = Agent(name="a", tools=[look])
    calls = [function_call("look", {"thing": "x"}, call_id="c1")]
    await scene.run(agent, "one", [[assistant_message("ok")]])
    await scene.run(agent, "two", [calls, [assistant_message("ok")]])
    await scene.run(agent, "three", [[assistant_message("ok")]])
    assert [item.get("type", item.get("role")) for item in scene.sent[-1]] == [
        "user",
        "function_call",
        "function_call_output",
        "message",
        "user",
    ]


async def test_a_run_makes_one_request_for_each_call_of_the_runner(server: Server, name: str) -> None:
    class Calls(PerSQLSession):
        count = 0

        async def get_items(self, limit: int | None = None) -> Any:
            self.count += 1
            return await super().get_items(limit)

        async def add_items(self, items: Any, **options: Any) -> None:
            self.count += 1
            await super().add_items(items, **options)

    counted = Proxy(server.url)
    async with counted.running(), AsyncPerSQL(server.token, base_url=counted.url) as client:
        session = Calls("s", client.database(name))
        agent = Agent(name="a", model=ScriptedModel([[assistant_message("hi")]]))
        await Runner.run(agent, "hello", session=session)
    assert counted.requests == session.count
