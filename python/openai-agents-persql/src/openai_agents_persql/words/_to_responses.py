from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from ._fields import ABSENT, Fields, fields_of, first_given, is_fields, sayable, there, to_rest
from ._parts import to_input_parts, to_output_parts, to_tool_output
from ._tools import (
    to_caller,
    to_found_tools,
    to_patch_operation,
    to_screenshot,
    to_shell_action,
    to_shell_output,
)
from ._whose import HOSTED, HOSTED_CALLS

#: The id that stands for none, in the SDK in TypeScript and in the one in Python. Neither sends it.
NO_JS_ID = "FAKE_ID"
NO_RESPONSES_ID = "__fake_id__"


def to_responses(item: Fields) -> Fields:
    """The item in the words of the Responses API, as far as they can say it. What they cannot is left as it is."""
    type_ = item.get("type", "message")
    if not isinstance(type_, str) or (type_ == "message" and not isinstance(item.get("role"), str)):
        return item
    write = _WRITERS.get(type_)
    return there(write(item)) if write is not None else item


def _message(item: Fields) -> Fields:
    """A message that is a mere text has a type in TypeScript and none in Python: each becomes the other."""
    if item.get("role") == "assistant":
        return _answer(item)
    content = item.get("content", ABSENT)
    return {
        **({} if "type" in item else {"type": "message"}),
        "id": item.get("id", ABSENT),
        "role": item.get("role", ABSENT),
        "content": to_input_parts(content) if item.get("role") == "user" else content,
        **to_rest(item.get("providerData"), "message", "id", "role", "content", "phase"),
    }


def _answer(item: Fields) -> Fields:
    provider_data = item.get("providerData")
    return {
        "type": "message",
        "id": _known_id(item.get("id", ABSENT)),
        "role": item["role"],
        "content": to_output_parts(item.get("content", ABSENT)),
        "status": item.get("status", ABSENT),
        "phase": first_given(item.get("phase", ABSENT), fields_of(provider_data).get("phase", ABSENT)),
        **to_rest(provider_data, "message", "id", "role", "content", "status", "phase"),
    }


def _reasoning(item: Fields) -> Fields:
    content = item.get("content", ABSENT)
    if isinstance(content, list):
        content = [_summary_part(part) for part in cast("list[Any]", content)]
    return {
        "type": item["type"],
        "id": item.get("id", ABSENT),
        "summary": content,
        **to_rest(item.get("providerData"), item["type"], "id", "summary"),
    }


def _summary_part(part: Any) -> Any:
    if not is_fields(part):
        return part
    rest = to_rest(part.get("providerData"), "summary_text", "text")
    return {**sayable(type="summary_text", text=part.get("text", ABSENT)), **rest}


def _call(
    type_: str | None,
    *,
    id_of_provider: bool,
    without: tuple[str, ...],
    **convert: tuple[str, Callable[[Any], Any]],
) -> Callable[[Fields], Fields]:
    """Writes an item by its fields: for each, the one in TypeScript that it is made of, and how."""

    def write(item: Fields) -> Fields:
        provider_data = item.get("providerData")
        type_here = type_ or item["type"]
        id_ = item.get("id", ABSENT)
        if id_of_provider:
            id_ = _known_id(first_given(id_, fields_of(provider_data).get("id", ABSENT)))
        return {
            "type": type_here,
            "id": id_,
            **{name: _converted(item.get(of, ABSENT), by) for name, (of, by) in convert.items()},
            **to_rest(provider_data, type_here, "id", *without),
        }

    return write


def _converted(value: Any, by: Callable[[Any], Any]) -> Any:
    return value if value is ABSENT else by(value)


def _same(value: Any) -> Any:
    return value


def _computer_call(item: Fields) -> Fields:
    actions = item.get("actions", ABSENT)
    # Where there are several, the SDK repeats the first one by itself.
    action = ABSENT if isinstance(actions, list) and actions else item.get("action", ABSENT)
    return {
        "type": item["type"],
        "id": item.get("id", ABSENT),
        "call_id": item.get("callId", ABSENT),
        "action": action,
        "actions": actions,
        "status": item.get("status", ABSENT),
        **to_rest(item.get("providerData"), item["type"], "id", "call_id", "action", "actions", "status"),
    }


def _search(item: Fields, part: str, convert: Callable[[Any], Any]) -> Fields:
    provider_data = item.get("providerData")
    return {
        "type": item["type"],
        "id": _known_id(first_given(item.get("id", ABSENT), fields_of(provider_data).get("id", ABSENT))),
        **to_rest(provider_data, item["type"], "id", "status", part),
        **sayable(
            call_id=first_given(item.get("call_id", ABSENT), item.get("callId", ABSENT)),
            execution=item.get("execution", ABSENT),
        ),
        "status": item.get("status", ABSENT),
        part: _converted(item.get(part, ABSENT), convert),
    }


def _hosted(item: Fields) -> Fields:
    provided = fields_of(item.get("providerData"))
    type_ = first_given(provided.get("type", ABSENT), item.get("name", ABSENT))
    identity = {"type": type_, "id": first_given(item.get("id", ABSENT), provided.get("id", ABSENT))}
    rest = to_rest(provided, type_, "id")
    caller = _converted(item.get("caller", ABSENT), to_caller)
    output = item.get("output", ABSENT)
    if type_ in ("mcp_approval_response", "mcp_approval_request"):
        return {**identity, **rest, "caller": caller}
    if type_ not in HOSTED_CALLS:
        return item
    if type_ == "mcp_list_tools":
        return {**identity, **rest, "output": output, "caller": caller}
    if type_ == "mcp_call":
        return {**identity, **rest, "output": None if output is ABSENT else output, "caller": caller}
    status, result = item.get("status", ABSENT), first_given(output, rest.get("result", ABSENT))
    return {**identity, **rest, "status": status, "result": result, "caller": caller}


def _unknown(item: Fields) -> Fields:
    provided = fields_of(item.get("providerData"))
    if not isinstance(provided.get("type"), str):
        return item
    return {**provided, "id": first_given(item.get("id", ABSENT), provided.get("id", ABSENT))}


def _known_id(id_: Any) -> Any:
    return NO_RESPONSES_ID if id_ == NO_JS_ID else id_


_CALL_ID = ("callId", _same)
_STATUS = ("status", _same)
_CALLER = ("caller", to_caller)

_computer_call_output = _call(
    "computer_call_output",
    id_of_provider=False,
    without=("call_id", "output"),
    call_id=_CALL_ID,
    output=("output", to_screenshot),
)


def _computer_call_result(item: Fields) -> Fields:
    # The runner of the SDK in Python always says it.
    return {"acknowledged_safety_checks": None, **_computer_call_output(item)}


_WRITERS: dict[str, Callable[[Fields], Fields]] = {
    "message": _message,
    "reasoning": _reasoning,
    "function_call": _call(
        None,
        id_of_provider=True,
        without=("call_id", "name", "namespace", "arguments", "caller", "status"),
        call_id=_CALL_ID,
        name=("name", _same),
        namespace=("namespace", _same),
        arguments=("arguments", _same),
        caller=_CALLER,
        status=_STATUS,
    ),
    "function_call_result": _call(
        "function_call_output",
        id_of_provider=True,
        without=("call_id", "output", "status", "namespace", "caller"),
        call_id=_CALL_ID,
        output=("output", to_tool_output),
        # The runner of the SDK in TypeScript always says so, the one in Python never.
        status=("status", lambda status: ABSENT if status == "completed" else status),
        caller=_CALLER,
    ),
    "computer_call": _computer_call,
    "computer_call_result": _computer_call_result,
    "shell_call": _call(
        None,
        id_of_provider=False,
        without=("call_id", "action", "status", "caller"),
        call_id=_CALL_ID,
        action=("action", to_shell_action),
        status=_STATUS,
        caller=_CALLER,
    ),
    "shell_call_output": _call(
        None,
        id_of_provider=False,
        without=("call_id", "output", "max_output_length", "status", "caller"),
        call_id=_CALL_ID,
        output=("output", to_shell_output),
        max_output_length=("maxOutputLength", _same),
        status=_STATUS,
        caller=_CALLER,
    ),
    "apply_patch_call": _call(
        None,
        id_of_provider=False,
        without=("call_id", "operation", "status", "caller"),
        call_id=_CALL_ID,
        operation=("operation", to_patch_operation),
        status=_STATUS,
        caller=_CALLER,
    ),
    "apply_patch_call_output": _call(
        None,
        id_of_provider=False,
        without=("call_id", "status", "output", "caller"),
        call_id=_CALL_ID,
        status=_STATUS,
        output=("output", _same),
        caller=_CALLER,
    ),
    "program": _call(
        None,
        id_of_provider=False,
        without=("call_id", "code", "fingerprint"),
        call_id=_CALL_ID,
        code=("code", _same),
        fingerprint=("fingerprint", _same),
    ),
    "program_output": _call(
        None,
        id_of_provider=False,
        without=("call_id", "output", "result", "status"),
        call_id=_CALL_ID,
        result=("output", _same),
        status=_STATUS,
    ),
    "tool_search_call": lambda item: _search(item, "arguments", _same),
    "tool_search_output": lambda item: _search(item, "tools", to_found_tools),
    "compaction": _call(
        None,
        id_of_provider=False,
        without=("encrypted_content", "created_by"),
        encrypted_content=("encrypted_content", _same),
        created_by=("created_by", _same),
    ),
    HOSTED: _hosted,
    "unknown": _unknown,
}
