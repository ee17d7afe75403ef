"""The Python SDK's SQLAlchemySession: one operation for each line of JSON, which is answered by a line of JSON."""

import asyncio
import json
import sys

from agents.extensions.memory import SQLAlchemySession
from sqlalchemy.ext.asyncio import create_async_engine


async def main() -> None:
    engine = create_async_engine(sys.argv[1])
    for line in sys.stdin:
        what = json.loads(line)
        session = SQLAlchemySession(
            what["session"], engine=engine, create_tables=what.get("create_tables", False)
        )
        if "add" in what:
            await session.add_items(what["add"])
        found = (
            await session.pop_item()
            if what.get("pop")
            else await session.get_items(what.get("limit"))
        )
        print(json.dumps(found), flush=True)
    await engine.dispose()


asyncio.run(main())
