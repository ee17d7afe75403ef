"""Items in the words of both SDKs: the vectors that the packages in TypeScript run as well."""

from __future__ import annotations

import json
from typing import Any

import pytest
from test_support.server import ROOT

from openai_agents_persql import from_agents_js_item, to_agents_js_item, to_responses_item
from openai_agents_persql.words._whose import words_of

VECTORS: list[dict[str, Any]] = json.loads((ROOT / "fixtures" / "one-history.json").read_text("utf-8"))


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_says_both_ways(vector: dict[str, Any]) -> None:
    assert from_agents_js_item(vector["js"]) == vector["responses"]
    assert to_agents_js_item(vector["responses"]) == vector["js"]
    assert (
        to_responses_item(vector["responses"]) == vector["responses"] or vector["responses"] == vector["js"]
    )


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_knows_whose_words(vector: dict[str, Any]) -> None:
    assert {key: words_of(vector[key]) for key in ("js", "responses")} == vector["words"]
