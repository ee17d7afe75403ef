"""One turn of a conversation, kept where the environment says: python turn.py <message>"""

import asyncio
import os
import sys
from pathlib import Path

from agents import Agent, Runner, set_tracing_disabled
from openai_agents_persql import PerSQLSession

sys.path.append(str(Path(__file__).parents[1] / "python"))
from offline_model import choose_model


def open_session(session_id: str) -> PerSQLSession:
    database = os.environ["PERSQL_DATABASE"]
    if database.startswith("file:"):
        return PerSQLSession.from_file(session_id, database.removeprefix("file:"))
    return PerSQLSession.from_token(session_id, os.environ["PERSQL_TOKEN"], database)


async def main(message: str) -> None:
    agent = Agent(name="Assistant", instructions="Answer in one short sentence.", **choose_model())
    async with open_session("user-42") as session:
        result = await Runner.run(agent, message, session=session)
    print(f"  Python       user: {message}\n              agent: {result.final_output}")


set_tracing_disabled(not os.environ.get("OPENAI_API_KEY"))
asyncio.run(main(*sys.argv[1:]))
