from __future__ import annotations

from pathlib import Path

import pytest
from agents.models.openai_provider import OpenAIProvider
from test_support.parrot import Parrot
from test_support.readme import run_first_program


def test_the_program_of_the_readme_remembers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(OpenAIProvider, "get_model", lambda *_: Parrot())
    monkeypatch.chdir(tmp_path)
    readme = Path(__file__).parents[1] / "README.md"
    for _ in range(2):
        run_first_program(readme)
    assert capsys.readouterr().out == "1 items 2\n3 items 4\n"
