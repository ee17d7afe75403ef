"""The model of the examples: a scripted one, which needs no key, unless OPENAI_API_KEY is set."""

import os
import re
from typing import Any

from agents import Model, ModelResponse, Usage
from openai.types.responses import ResponseOutputMessage, ResponseOutputText


class OfflineModel(Model):
    """Knows what the conversation says, as in "My favourite colour is teal.", and nothing else."""

    async def get_response(self, system_instructions: Any, input: Any, *_: Any, **__: Any) -> ModelResponse:
        said = [text for item in input if item.get("role") == "user" for text in _texts(item["content"])]
        text = ResponseOutputText(text=_answer(said), type="output_text", annotations=[])
        message = ResponseOutputMessage(
            id="msg_offline", content=[text], role="assistant", status="completed", type="message"
        )
        return ModelResponse(output=[message], usage=Usage(), response_id=None)

    def stream_response(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError


def _texts(content: Any) -> list[str]:
    return [content] if isinstance(content, str) else [part["text"] for part in content if "text" in part]


def _answer(said: list[str]) -> str:
    asked = re.search(r"what is my ([\w ]+?)\?", said[-1], re.IGNORECASE)
    if asked is None:
        return "Noted."
    for text in reversed(said[:-1]):
        told = re.search(rf"my {asked[1]} is ([\w ]+)", text, re.IGNORECASE)
        if told:
            return f"Your {asked[1]} is {told[1]}."
    return "You have not told me."


def choose_model() -> dict[str, Any]:
    """The options of an agent."""
    return {} if os.environ.get("OPENAI_API_KEY") else {"model": OfflineModel()}
