from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from persql import AsyncPerSQL, PerSQL
from test_support.proxies import Proxy
from test_support.server import Server, name, server

__all__ = ["name", "server"]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def no_tracing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_AGENTS_DISABLE_TRACING", "1")


@pytest.fixture(params=["local", "local async", "server", "server async"])
async def database(request: pytest.FixtureRequest, name: str) -> AsyncIterator[Any]:
    """A handle of either world on an empty database, in a file or on the server."""
    where, *world = request.param.split(" ")
    options: dict[str, Any] = {"local": ":memory:"}
    if where == "server":
        found: Server = request.getfixturevalue("server")
        options = {"token": found.token, "base_url": found.url}
    if world:
        async with AsyncPerSQL(**options) as client:
            yield client.database(name)
    else:
        with PerSQL(**options) as client:
            yield client.database(name)


@pytest.fixture
async def counted(server: Server) -> AsyncIterator[Proxy]:
    proxy = Proxy(server.url)
    async with proxy.running():
        yield proxy
