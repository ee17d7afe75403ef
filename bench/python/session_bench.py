"""The SQLiteSession of the openai-agents package, on the jobs of bench.ts.

Reads one JSON job per line and answers each with one line of JSON.
"""

import asyncio
import importlib.metadata
import json
import platform
import sqlite3
import sys
import time

from agents import SQLiteSession

LATEST = 20


async def run(job):
    """One slice, as `storeContestant` of store.ts does it; the times are in milliseconds."""
    operation, file, items = job["operation"], job["file"], job["items"]
    held = SQLiteSession(job["sessionIds"][0], file)
    times = []
    for session_id in job["sessionIds"]:
        session = held
        read = None
        start = time.perf_counter()
        if operation == "turn":
            session = SQLiteSession(session_id, file)
        if operation != "append":
            read = await session.get_items(LATEST if operation == "latest" else None)
        if operation != "latest":
            await session.add_items(items)
        times.append((time.perf_counter() - start) * 1000)
        if read is not None and job.get("expected") not in (None, len(read)):
            raise RuntimeError(f"Read {len(read)} items instead of {job['expected']}.")
        if job["undo"]:
            for _ in items:
                await session.pop_item()
        if session is not held:
            session.close()
    held.close()
    return {"times": times}


async def write(job):
    """One writer process among several, as writer.ts does it."""
    session = SQLiteSession(job["sessionId"], job["file"])
    warm_up = SQLiteSession(f"warm-up-{job['writer']}", job["file"])
    await warm_up.add_items(marked(job["items"], job["writer"], 0))
    answer({"ready": True})
    sys.stdin.readline()
    failed, longest, batches = [], 0.0, 0
    start = time.perf_counter()
    while batches < job["appends"] and time.perf_counter() - start < job["milliseconds"] / 1000:
        items = marked(job["items"], job["writer"], batches)
        before = time.perf_counter()
        try:
            await session.add_items(items)
        except Exception as error:
            failed.append({"batch": batches, "error": str(error)})
        longest = max(longest, time.perf_counter() - before)
        batches += 1
    elapsed = time.perf_counter() - start
    session.close()
    warm_up.close()
    return {"batches": batches, "failed": failed, "longest": longest * 1000, "elapsed": elapsed * 1000}


def marked(items, writer, batch):
    return [{**item, "id": f"{writer}-{batch}-{index}"} for index, item in enumerate(items)]


def versions():
    return {
        "openai-agents": importlib.metadata.version("openai-agents"),
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
    }


def answer(value):
    print(json.dumps(value), flush=True)


async def main():
    while line := sys.stdin.readline():
        job = json.loads(line)
        if "writer" in job:
            answer(await write(job))
        elif "operation" in job:
            answer(await run(job))
        else:
            answer(versions())


asyncio.run(main())
