"""The PerSQL server of this repository, for tests."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: The `node` that runs the server; the one of the repository by default.
NODE = os.environ.get("PERSQL_TEST_NODE", str(ROOT / "node_modules" / ".bin" / "node"))
BINARY = ROOT / "packages" / "server" / "dist" / "bin.js"
TOKEN = "psql_live_" + "t" * 32


@dataclass(frozen=True)
class Server:
    url: str
    token: str


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Its namespace is ``acme``; the token is that of an admin."""
    data = tmp_path_factory.mktemp("server") / "data"
    process = subprocess.Popen(
        [NODE, str(BINARY), "--data", str(data), "--port", "0", "--namespace", "acme"],
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


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """A database of its own for each test."""
    names = "".join(letter if letter.isalnum() else "-" for letter in request.node.name.lower())
    return f"acme/{names[:40].strip('-')}-{abs(hash(request.node.nodeid)) % 10**6}"
