"""Runs operations of a session of the Agents SDK: each line in is a JSON list of [method, *args], each out their results."""

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
    for line in sys.stdin:
        results = [await getattr(session, method)(*args) for method, *args in json.loads(line)]
        print(json.dumps(results), flush=True)
    session.close()


asyncio.run(main())
