"""Runs turns of an agent of the Agents SDK with a session: a JSON list of runs in, errors by their name out."""

import asyncio
import json
import sys
import traceback

from agents import (
    Agent,
    ApplyPatchTool,
    ComputerTool,
    Computer,
    HostedMCPTool,
    LocalShellTool,
    OpenAIResponsesModel,
    Runner,
    ShellTool,
    SQLiteSession,
    ToolOutputFileContent,
    ToolOutputImage,
    ToolOutputText,
    ToolSearchTool,
    function_tool,
    set_tracing_disabled,
    tool_namespace,
)
from agents.editor import ApplyPatchResult
from agents.tool import ProgrammaticToolCallingTool, ShellCallOutcome, ShellCommandOutput, ShellResult
from openai import AsyncOpenAI

try:
    from openai_agents_persql import PerSQLSession
except ImportError:
    PerSQLSession = None

set_tracing_disabled(True)


@function_tool
def search(q: str) -> str:
    return "found " + q


@function_tool(allowed_callers=["programmatic"])
def lookup(q: str) -> str:
    return "looked up " + q


@function_tool(needs_approval=True)
def remove(q: str) -> str:
    return "removed " + q


@function_tool
def draw():
    return ToolOutputImage(image_url="data:image/png;base64,aGk=", detail="low")


@function_tool
def attach():
    return [
        ToolOutputText(text="two files"),
        ToolOutputFileContent(file_id="file_1"),
        ToolOutputFileContent(file_url="https://example.com/a.csv", filename="a.csv"),
    ]


@function_tool(name_override="find", defer_loading=True)
def find(q: str) -> str:
    return "found " + q


class Screen(Computer):
    environment = "browser"
    dimensions = (100, 100)

    def screenshot(self):
        return "aGk="

    def click(self, x, y, button, keys=None): ...
    def double_click(self, x, y, keys=None): ...
    def scroll(self, x, y, scroll_x, scroll_y, keys=None): ...
    def type(self, text): ...
    def wait(self): ...
    def move(self, x, y, keys=None): ...
    def keypress(self, keys): ...
    def drag(self, path, keys=None): ...


async def shell(request):
    return ShellResult(
        output=[
            ShellCommandOutput(
                command=command, stdout=command, stderr="", outcome=ShellCallOutcome(type="exit", exit_code=0)
            )
            for command in request.data.action.commands
        ]
    )


class Editor:
    def create_file(self, operation):
        return ApplyPatchResult(status="completed", output="created")

    def update_file(self, operation):
        return ApplyPatchResult(status="completed", output="updated")

    def delete_file(self, operation):
        return ApplyPatchResult(status="failed", output="no such file")


def tools(kinds):
    made = [search, remove, draw, attach]
    if "computer" in kinds:
        made.append(ComputerTool(computer=Screen(), on_safety_check=lambda data: True))
    if "shell" in kinds:
        made.append(ShellTool(executor=shell))
    if "local-shell" in kinds:
        made.append(LocalShellTool(executor=lambda request: " ".join(request.data.action.command)))
    if "patch" in kinds:
        made.append(ApplyPatchTool(editor=Editor()))
    if "mcp" in kinds or "mcp-refused" in kinds:
        answer = {"approve": True} if "mcp" in kinds else {"approve": False, "reason": "no"}
        made.append(
            HostedMCPTool(
                tool_config={
                    "type": "mcp",
                    "server_label": "web",
                    "server_url": "https://example.com/mcp",
                    "require_approval": "always",
                },
                on_approval_request=lambda request: answer,
            )
        )
    if "search" in kinds:
        made.append(ToolSearchTool())
        made.extend(tool_namespace(name="crm", description="CRM", tools=[find]))
    if "program" in kinds:
        made.extend([ProgrammaticToolCallingTool(), lookup])
    return made


async def take(agent, session, turn):
    async def go(given):
        if turn.get("streamed"):
            result = Runner.run_streamed(agent, given, session=session)
            async for _ in result.stream_events():
                pass
            return result
        return await Runner.run(agent, given, session=session)

    result = await go(turn["input"])
    while result.interruptions:
        state = result.to_state()
        for interruption in result.interruptions:
            if turn.get("approve", True):
                state.approve(interruption)
            else:
                state.reject(interruption)
        result = await go(state)


async def main() -> None:
    problems = {}
    api = AsyncOpenAI(base_url="http://localhost", api_key="none", max_retries=0)
    for run in json.load(sys.stdin):
        model = OpenAIResponsesModel(model="gpt-5", openai_client=api.copy(base_url=run["url"]))
        agent = Agent(name="A", model=model, tools=tools(run["tools"]))
        if run["ours"]:
            session = PerSQLSession.from_file(run["session"], run["path"])
        else:
            session = SQLiteSession(run["session"], run["path"])
        try:
            for turn in run["turns"]:
                await take(agent, session, turn)
        except Exception:
            problems[run["name"]] = traceback.format_exc()
        closed = session.close()
        if closed is not None:
            await closed
    json.dump(problems, sys.stdout)


asyncio.run(main())
