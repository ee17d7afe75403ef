"""The Python SDK's SQLAlchemySession with asyncpg, on the jobs of postgres.ts.

`sqlalchemy_bench.py <url>`. Reads one JSON job per line, a `session`, the items to `add` and whether it `reads` before,
and answers each with the milliseconds that it took.
"""

import asyncio
import json
import sys
import time

from agents.extensions.memory import SQLAlchemySession
from sqlalchemy.ext.asyncio import create_async_engine


async def main() -> None:
    engine = create_async_engine(sys.argv[1])
    for line in sys.stdin:
        job = json.loads(line)
        start = time.perf_counter()
        session = SQLAlchemySession(job["session"], engine=engine, create_tables=False)
        if job["reads"]:
            await session.get_items()
        await session.add_items(job["add"])
        print(json.dumps((time.perf_counter() - start) * 1000), flush=True)
    await engine.dispose()


asyncio.run(main())
