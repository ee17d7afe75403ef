from __future__ import annotations

from pathlib import Path

import pytest
from test_support.readme import run_first_program
from test_support.server import Server


def test_the_program_of_the_readme_works(
    server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PERSQL_TOKEN", server.token)
    monkeypatch.setenv("PERSQL_API_URL", server.url)
    run_first_program(Path(__file__).parents[1] / "README.md")
    assert capsys.readouterr().out == "[{'id': 1, 'body': 'remember me'}]\n"
