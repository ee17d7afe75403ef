"""One turn of a conversation, in a process of its own: python turn.py <file> <message>"""

import asyncio
import os
import sys

from agents import Agent, Runner, set_tracing_disabled
from offline_model import choose_model
from openai_agents_persql import PerSQLSession


async def main(file: str, message: str) -> None:
    agent = Agent(name="Assistant", instructions="Answer in one short sentence.", **choose_model())
    async with PerSQLSession.from_file("user-42", file) as session:
        result = await Runner.run(agent, message, session=session)
    print(f"process {os.getpid()}   user: {message}\n{' ' * 14}agent: {result.final_output}")


set_tracing_disabled(not os.environ.get("OPENAI_API_KEY"))
asyncio.run(main(*sys.argv[1:]))
