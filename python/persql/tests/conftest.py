from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from test_support.server import Server, name, server

from persql import AsyncPerSQL, PerSQL

__all__ = ["name", "server"]


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
            return Waiting(outcome, self._loop) if hasattr(outcome, "_runner") else outcome

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
