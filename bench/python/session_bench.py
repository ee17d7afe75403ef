"""Sessions of the openai-agents package, on the jobs of bench.ts.

`session_bench.py SQLiteSession` or `session_bench.py PerSQLSession`, in files; `session_bench.py remote` or
`session_bench.py bare`, on a server. Reads one JSON job per line and answers each with one line of JSON.
"""

import asyncio
import importlib.metadata
import json
import platform
import sqlite3
import sys
import time

import httpx
from agents import SQLiteSession
from openai_agents_persql import PerSQLSession, to_responses_item
from persql import AsyncPerSQL, PerSQL

LATEST = 20


class SQLiteFile:
    """A file with sessions of the SDK itself."""

    def __init__(self, job):
        self._file = job["file"]

    def session(self, session_id):
        return SQLiteSession(session_id, self._file)

    async def close_session(self, session):
        session.close()

    async def close(self):
        pass


class PerSQLFile:
    """A file with sessions of ours, which share a client."""

    def __init__(self, job):
        self._client = PerSQL(local=job["file"])
        self._database = self._client.database("local/main")

    def session(self, session_id):
        return PerSQLSession(session_id, self._database)

    async def close_session(self, session):
        pass

    async def close(self):
        self._client.close()


class Remote(PerSQLFile):
    """A database on a server with sessions of ours, which share a client."""

    def __init__(self, job):
        self._client = AsyncPerSQL(job["token"], base_url=job["url"])
        self._database = self._client.database(job["database"])

    async def close(self):
        await self._client.close()


class Bare(Remote):
    """The same requests, made with nothing but httpx."""

    def __init__(self, job):
        super().__init__(job)
        self._url = f"{job['url']}/v1/db/{job['database']}"
        headers = {"authorization": f"Bearer {job['token']}", "content-type": "application/json"}
        self._http = httpx.AsyncClient(headers=headers)

    def session(self, session_id):
        return BareSession(super().session(session_id), self._post)

    async def _post(self, path, body):
        response = await self._http.post(f"{self._url}/{path}", content=json.dumps(body))
        return response.json()["data"]

    async def close(self):
        await self._http.aclose()
        await super().close()


class BareSession:
    def __init__(self, session, post):
        self._id = session.session_id
        self._tables = session._batches.tables
        self._post = post
        self.pop_item = session.pop_item

    async def get_items(self, limit=None):
        statement = self._tables.read_all(self._id)
        found = await self._post("query", {**statement, "readOnly": True})
        return [json.loads(text) for (text,) in found["rows"]]

    async def add_items(self, items):
        insert = self._tables.insert(self._id, [json.dumps(item) for item in items])
        await self._post("batch", {"statements": [self._tables.touch(self._id), insert], "transaction": True})


STORES = {"SQLiteSession": SQLiteFile, "PerSQLSession": PerSQLFile, "remote": Remote, "bare": Bare}


async def run(job):
    """One slice, as `storeContestant` of store.ts does it; the times are in milliseconds."""
    operation, items = job["operation"], job["items"]
    store = STORES[KIND](job)
    held = store.session(job["sessionIds"][0])
    # Opens the file, or the connection.
    await held.get_items(1)
    times = []
    for session_id in job["sessionIds"]:
        session = held
        read = None
        # A conversation that goes on: the process has just answered in it.
        before = items if operation == "turn" and job["undo"] else []
        if before:
            await turn(store, session_id, before)
        start = time.perf_counter()
        if operation == "turn":
            session = store.session(session_id)
        if operation != "append":
            read = await session.get_items(LATEST if operation == "latest" else None)
        if operation != "latest":
            await session.add_items(items)
        times.append((time.perf_counter() - start) * 1000)
        if read is not None and job.get("expected") not in (None, len(read) - len(before)):
            raise RuntimeError(f"Read {len(read)} items instead of {job['expected'] + len(before)}.")
        if job["undo"]:
            for _ in [*items, *before]:
                await session.pop_item()
        if session is not held:
            await store.close_session(session)
    await store.close_session(held)
    await store.close()
    return {"times": times}


async def turn(store, session_id, items):
    session = store.session(session_id)
    await session.get_items()
    await session.add_items(items)
    await store.close_session(session)


def prepare(file):
    """Says the items of a file as a program in Python would have stored them."""
    connection = sqlite3.connect(file)
    for (text,) in connection.execute("select distinct message_data from agent_messages").fetchall():
        said = json.dumps(to_responses_item(json.loads(text)))
        connection.execute("update agent_messages set message_data = ? where message_data = ?", [said, text])
    connection.commit()
    connection.close()
    return {}


async def fill(job):
    """Adds turn by turn over all sessions, as they would have grown."""
    store = Remote(job)
    turn = job["items"]
    # Makes the tables, also for those who only know the names of them.
    await store.session("first").add_items(turn)
    for number in range(max(session["items"] for session in job["sessions"]) // len(turn)):
        for session in job["sessions"]:
            if number * len(turn) < session["items"]:
                await store.session(session["id"]).add_items(turn)
    await store.close()
    return {}


async def write(job):
    """One writer process among several, as writer.ts does it."""
    store = STORES[KIND](job)
    session = store.session(job["sessionId"])
    warm_up = store.session(f"warm-up-{job['writer']}")
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
    for one in (session, warm_up):
        await store.close_session(one)
    await store.close()
    return {"batches": batches, "failed": failed, "longest": longest * 1000, "elapsed": elapsed * 1000}


def marked(items, writer, batch):
    return [{**item, "id": f"{writer}-{batch}-{index}"} for index, item in enumerate(items)]


def versions():
    names = ("openai-agents", "openai-agents-persql", "persql", "httpx")
    return {
        **{name: importlib.metadata.version(name) for name in names},
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
    }


def answer(value):
    print(json.dumps(value), flush=True)


async def main():
    while line := sys.stdin.readline():
        job = json.loads(line)
        if "items" in job:
            job["items"] = [to_responses_item(item) for item in job["items"]]
        if "writer" in job:
            answer(await write(job))
        elif "operation" in job:
            answer(await run(job))
        elif "sessions" in job:
            answer(await fill(job))
        elif "prepare" in job:
            answer(prepare(job["prepare"]))
        else:
            answer(versions())


KIND = sys.argv[1]
asyncio.run(main())
