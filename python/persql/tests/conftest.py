from __future__ import annotations

import asyncio
import inspect
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from persql import AsyncPerSQL, PerSQL

ROOT = Path(__file__).parents[3]
#: The `node` that runs the server; the one of the repository by default.
NODE = os.environ.get("PERSQL_TEST_NODE", str(ROOT / "node_modules" / ".bin" / "node"))
SERVER = ROOT / "packages" / "server" / "dist" / "bin.js"


@dataclass(frozen=True)
class Server:
    url: str
    token: str


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("server") / "data"
    process = subprocess.Popen(
        [NODE, str(SERVER), "--data", str(data), "--port", "0", "--namespace", "acme"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PERSQL_ADMIN_TOKEN": TOKEN},
    )
    assert process.stdout is not None
    try:
        for line in process.stdout:
            entry = json.loads(line)
            if "url" in entry:
                yield Server(entry["url"], TOKEN)
                return
        raise RuntimeError("The server did not start.")
    finally:
        process.terminate()
        process.wait()


TOKEN = "psql_live_" + "t" * 32


class Waiting:
    """An asynchronous client, or what it has, with calls that wait until they are done."""

    def __init__(self, of: object, loop: asyncio.AbstractEventLoop) -> None:
        self._of = of
        self._loop = loop

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._of, name)
        if not callable(found):
            return Waiting(found, self._loop) if hasattr(found, "_runner") else found

        def call(*args: object, **options: object) -> object:
            outcome = found(*args, **options)
            if inspect.isawaitable(outcome):
                return self._loop.run_until_complete(outcome)
            return Waiting(outcome, self._loop)

        return call


@pytest.fixture(params=["sync", "async"])
def make(request: pytest.FixtureRequest) -> Iterator[Callable[..., PerSQL]]:
    """Makes clients of either world; an asynchronous one looks like a synchronous one."""
    loop = asyncio.new_event_loop()
    made: list[Any] = []

    def make_client(*args: Any, **options: Any) -> Any:
        client = PerSQL(*args, **options) if request.param == "sync" else AsyncPerSQL(*args, **options)
        made.append(client if isinstance(client, PerSQL) else Waiting(client, loop))
        return made[-1]

    yield make_client
    for client in made:
        client.close()
    loop.close()


@pytest.fixture
def remote(make: Callable[..., PerSQL], server: Server) -> PerSQL:
    return make(server.token, base_url=server.url)


@pytest.fixture(params=["remote", "local"])
def client(request: pytest.FixtureRequest, make: Callable[..., PerSQL]) -> PerSQL:
    if request.param == "local":
        return make(local=":memory:")
    server: Server = request.getfixturevalue("server")
    return make(server.token, base_url=server.url)


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """A database of its own for each test."""
    names = "".join(letter if letter.isalnum() else "-" for letter in request.node.name.lower())
    return f"acme/{names[:40].strip('-')}-{abs(hash(request.node.nodeid)) % 10**6}"
