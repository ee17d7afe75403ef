"""Runs operations of the Agents SDK's SQLiteSession: a JSON list of [method, *args] in, a list of results out."""

import asyncio
import json
import sys

from agents import SQLiteSession


async def main() -> None:
    path, session_id = sys.argv[1:]
    session = SQLiteSession(session_id, path)
    results = []
    for method, *args in json.load(sys.stdin):
        results.append(await getattr(session, method)(*args))
    session.close()
    json.dump(results, sys.stdout)


asyncio.run(main())
