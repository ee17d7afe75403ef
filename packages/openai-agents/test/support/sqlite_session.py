"""Runs operations of a session of the Agents SDK: a JSON list of [method, *args] in, a list of results out."""

import asyncio
import json
import sys

from agents import SQLiteSession
from agents.extensions.memory import AdvancedSQLiteSession


async def main() -> None:
    kind, path, session_id = sys.argv[1:]
    if kind == "SQLiteSession":
        session = SQLiteSession(session_id, path)
    else:
        session = AdvancedSQLiteSession(session_id=session_id, db_path=path, create_tables=True)
    results = []
    for method, *args in json.load(sys.stdin):
        results.append(await getattr(session, method)(*args))
    session.close()
    json.dump(results, sys.stdout)


asyncio.run(main())
