from __future__ import annotations

import re
from typing import Any, Literal, cast

from ._fields import Fields, fields_of
from ._patch import is_patch

Words = Literal["js", "responses", "both"]

#: The field of an item of the SDK in TypeScript that holds what only the words of the Responses API can say.
ONLY_RESPONSES = "responsesData"
#: The same the other way round: within the field ``provider_data``, which the SDK in Python never sends to OpenAI.
ONLY_JS = "agents_js"

HOSTED = "hosted_tool_call"
HOSTED_CALLS = (
    "web_search_call",
    "file_search_call",
    "code_interpreter_call",
    "image_generation_call",
    "mcp_call",
    "mcp_list_tools",
)
_BY_TYPE: dict[str, Words] = {
    **dict.fromkeys(("function_call_result", "computer_call_result", HOSTED, "unknown"), "js"),
    **dict.fromkeys(
        (
            *HOSTED_CALLS,
            *("function_call_output", "computer_call_output", "custom_tool_call", "custom_tool_call_output"),
            *("local_shell_call", "local_shell_call_output", "mcp_approval_request", "mcp_approval_response"),
            "item_reference",
        ),
        "responses",
    ),
    "compaction": "both",
}
_JS_PARTS = frozenset({"providerData", "promptCacheBreakpoint", "image", "file", "audio"})
_RESPONSES_PARTS = frozenset(
    {
        "annotations",
        "logprobs",
        "prompt_cache_breakpoint",
        "image_url",
        "file_id",
        "file_data",
        "file_url",
        "input_audio",
    }
)
_CAMEL_CASE = re.compile(r"[a-z][A-Z]")


def words_of(item: Fields) -> Words:
    """In whose words an item is, by the names of its fields; ``both`` where both would say it so."""
    if "provider_data" in item and is_patch(fields_of(item["provider_data"]).get(ONLY_JS)):
        return "responses"
    if "providerData" in item or (ONLY_RESPONSES in item and is_patch(item[ONLY_RESPONSES])):
        return "js"
    type_ = item.get("type", "message")
    if type_ == "message":
        return _words_of_message(item)
    if type_ == "reasoning":
        return "responses" if "summary" in item else "js" if "content" in item else "both"
    if isinstance(type_, str) and type_ in _BY_TYPE:
        return _BY_TYPE[type_]
    if "callId" in item:
        return "js"
    if "call_id" in item:
        return "responses"
    if any(_CAMEL_CASE.search(key) for key in item):
        return "js"
    return "responses" if any("_" in key for key in item) else "both"


def _words_of_message(item: Fields) -> Words:
    role, content = item.get("role"), item.get("content")
    if not isinstance(content, list):
        is_pythons = role == "developer" or (role == "assistant" and isinstance(content, str))
        return "responses" if is_pythons else "both"
    is_pythons, is_answer = role == "developer", False
    for part in cast("list[Any]", content):
        if not isinstance(part, dict):
            continue
        fields = cast("Fields", part)
        if not _JS_PARTS.isdisjoint(fields):
            return "js"
        is_pythons = is_pythons or not _RESPONSES_PARTS.isdisjoint(fields)
        is_answer = is_answer or fields.get("type") == "output_text"
    # The Responses API always has annotations in an answer. One without a status is no answer of a model: a program
    # in Python has written it by hand, and finds it as it was.
    return "responses" if is_pythons else "js" if is_answer and "status" in item else "both"
