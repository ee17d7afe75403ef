"""TCP proxies that count or harm what goes through them."""

from __future__ import annotations

import asyncio
import random
import threading
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from urllib.parse import urlsplit

FAULTS = ("cut", "drop", "truncate", "delay")


class Proxy:
    """Passes on the bytes of an exchange: a piece of a request, and the answer to it."""

    def __init__(self, upstream: str) -> None:
        parts = urlsplit(upstream)
        self._upstream = (str(parts.hostname), int(parts.port or 80))
        self.url = ""
        self.requests = 0

    def fault(self) -> str | None:
        """What harms the exchange that begins, if anything does."""
        return None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        yield
        server.close()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            server_reader, server_writer = await asyncio.open_connection(*self._upstream)
        except OSError:
            writer.close()
            return
        pending: list[str | None] = []
        await asyncio.gather(
            self._send(reader, server_writer, pending), self._answer(server_reader, writer, pending)
        )
        for one in (writer, server_writer):
            one.close()

    async def _send(
        self, reader: asyncio.StreamReader, server: asyncio.StreamWriter, pending: list[str | None]
    ) -> None:
        while chunk := await _read(reader):
            self.requests += chunk.count(b" HTTP/1.1\r\n")
            if not pending:
                pending.append(self.fault())
            if pending[0] == "cut":
                break
            server.write(chunk)
        server.transport.abort() if pending and pending[0] == "cut" else server.close()

    async def _answer(
        self, server: asyncio.StreamReader, writer: asyncio.StreamWriter, pending: list[str | None]
    ) -> None:
        while chunk := await _read(server):
            fault = pending.pop() if pending else None
            if fault == "drop":
                break
            if fault == "truncate":
                writer.write(chunk[: len(chunk) // 2])
                break
            if fault == "delay":
                await asyncio.sleep(0.02)
            writer.write(chunk)
        writer.close()


async def _read(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read(65_536)
    except ConnectionError:
        return b""


class FaultyProxy(Proxy):
    """Harms a share of the exchanges.

    It cuts the connection before the request arrives, drops or truncates the answer, or delays it: the same ones for
    the same seed, as long as requests come in the same order.
    """

    def __init__(self, upstream: str, share: float, seed: int) -> None:
        super().__init__(upstream)
        self._share = share
        self._random = random.Random(seed)
        self.harmed: Counter[str] = Counter()

    def fault(self) -> str | None:
        if self._random.random() >= self._share:
            return None
        fault = self._random.choice(FAULTS)
        self.harmed[fault] += 1
        return fault


@contextmanager
def in_thread(proxy: Proxy) -> Iterator[None]:
    """Runs the proxy in a thread of its own, so that it works beside what blocks."""
    loop = asyncio.new_event_loop()
    started, stop = threading.Event(), asyncio.Event()

    async def run() -> None:
        async with proxy.running():
            started.set()
            await stop.wait()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    def work(main: Coroutine[Any, Any, None]) -> None:
        loop.run_until_complete(main)
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()

    thread = threading.Thread(target=work, args=[run()])
    thread.start()
    started.wait()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
