from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from ._fields import ABSENT, Fields, from_rest, is_fields, rest_of, sayable
from ._parts import from_input_parts, from_output_parts, from_tool_output
from ._to_responses import NO_JS_ID, NO_RESPONSES_ID
from ._tools import (
    from_caller,
    from_found_tools,
    from_patch_operation,
    from_screenshot,
    from_shell_action,
    from_shell_output,
)
from ._whose import HOSTED


def from_responses(item: Fields) -> Fields:
    """The item in the words of the SDK in TypeScript, in the form in which its sessions keep what its runner gives.

    What the SDK would send and the API would refuse is left out: data of other providers, and an id that stands for
    none.
    """
    type_ = item.get("type", "message")
    if not isinstance(type_, str) or (type_ == "message" and not isinstance(item.get("role"), str)):
        return item
    rest = rest_of(item, "provider_data", "id")
    id_ = item.get("id", ABSENT)
    is_none = id_ == NO_RESPONSES_ID and type_ not in ("message", "function_call")
    given = rest if id_ is ABSENT or is_none else {"id": id_, **rest}
    read = _READERS.get(type_)
    known = read(given) if read else {"type": "unknown", "id": given.get("id", ABSENT), "providerData": given}
    # A field that is null has no place in the types of the SDK.
    return {name: value for name, value in known.items() if value is not ABSENT and value is not None}


def _message(item: Fields) -> Fields:
    role, content = item.get("role"), item.get("content", ABSENT)
    if role == "assistant":
        return _answer(item)
    return {
        **({} if "type" in item else {"type": "message"}),
        "id": item.get("id", ABSENT),
        # The SDK has no role of a developer; the API takes both for the same.
        "role": "system" if role == "developer" else role,
        "content": from_input_parts(content) if role == "user" else content,
        "providerData": from_rest(rest_of(item, "type", "id", "role", "content")),
    }


def _answer(item: Fields) -> Fields:
    id_, phase = item.get("id", ABSENT), item.get("phase")
    known = {"phase": phase} if phase in ("commentary", "final_answer") else {}
    return {
        "type": "message",
        "id": NO_JS_ID if id_ == NO_RESPONSES_ID else id_,
        "role": item["role"],
        "content": from_output_parts(item.get("content", ABSENT)),
        "status": item.get("status", "completed"),
        **known,
        "providerData": {**rest_of(item, "type", "id", "role", "content", "status", "phase"), **known},
    }


def _reasoning(item: Fields) -> Fields:
    summary = item.get("summary", ABSENT)
    if isinstance(summary, list):
        summary = [_summary_part(part) for part in cast("list[Any]", summary)]
    return {
        "type": "reasoning",
        "id": item.get("id", ABSENT),
        "content": summary,
        "providerData": rest_of(item, "summary"),
    }


def _summary_part(part: Any) -> Any:
    if not is_fields(part):
        return part
    return sayable(type="input_text", text=part.get("text", ABSENT), providerData=rest_of(part, "text"))


def _function_call(item: Fields) -> Fields:
    known = ("call_id", "name", "namespace", "caller", "status", "arguments")
    rest = rest_of(item, *known)
    # The sessions of the SDK in TypeScript keep no id of a function call, so that it is not sent. Nor is it here.
    if rest.get("id") == NO_RESPONSES_ID:
        rest["id"] = NO_JS_ID
    return {
        "type": "function_call",
        "callId": item.get("call_id", ABSENT),
        "name": item.get("name", ABSENT),
        "namespace": item.get("namespace", ABSENT),
        "status": item.get("status", ABSENT),
        "arguments": item.get("arguments", ABSENT),
        "caller": from_caller(item.get("caller")),
        "providerData": rest,
    }


def _function_call_output(item: Fields) -> Fields:
    call_id, status = item.get("call_id", ABSENT), item.get("status")
    rest = rest_of(item, "type", "call_id", "output", "status", "namespace", "caller")
    return {
        "type": "function_call_result",
        "callId": call_id,
        # The Responses API knows only of the call; the name of its tool stands there.
        "name": call_id,
        "namespace": item.get("namespace", ABSENT),
        "status": "completed" if status is None else status,
        "output": _converted(item, "output", from_tool_output),
        "caller": from_caller(item.get("caller")),
        "providerData": from_rest(rest),
    }


def _computer_call(item: Fields) -> Fields:
    action, actions = item.get("action"), item.get("actions", ABSENT)
    if action is None and isinstance(actions, list) and actions:
        action = cast("Any", actions[0])
    return {
        "type": "computer_call",
        "id": item.get("id", ABSENT),
        "callId": item.get("call_id", ABSENT),
        "status": item.get("status", ABSENT),
        "action": action,
        "actions": actions,
        "providerData": rest_of(item, "call_id", "status", "action", "actions"),
    }


def _computer_call_output(item: Fields) -> Fields:
    rest = rest_of(item, "type", "id", "call_id", "output", "acknowledged_safety_checks")
    acknowledged = item.get("acknowledged_safety_checks")
    checks = {} if acknowledged is None else {"acknowledgedSafetyChecks": acknowledged}
    return {
        "type": "computer_call_result",
        "id": item.get("id", ABSENT),
        "callId": item.get("call_id", ABSENT),
        "output": _converted(item, "output", from_screenshot),
        "providerData": from_rest({**checks, **rest}),
    }


def _call(
    *without: str, is_result: bool = False, **convert: tuple[str, Callable[[Any], Any]]
) -> Callable[[Fields], Fields]:
    """Reads an item by its fields: for each, the one of the Responses API that it is made of, and how."""
    known = ("call_id", *(of for of, _ in convert.values()), *without)

    def read(item: Fields) -> Fields:
        rest = rest_of(item, *known)
        provider_data: Any = rest
        if is_result and "id" not in item:
            provider_data = from_rest(rest_of(rest, "type"))
        return {
            "type": item["type"],
            "id": item.get("id", ABSENT),
            "callId": item.get("call_id", ABSENT),
            **{name: _converted(item, of, by) for name, (of, by) in convert.items()},
            "providerData": provider_data,
        }

    return read


def _converted(item: Fields, of: str, by: Callable[[Any], Any]) -> Any:
    return by(item[of]) if of in item else ABSENT


def _same(value: Any) -> Any:
    return value


def _search(item: Fields, part: str, convert: Callable[[Any], Any]) -> Fields:
    status, id_ = item.get("status", ABSENT), item.get("id", ABSENT)
    rest = rest_of(item, "type", "id", "status", part)
    call_id = rest.get("call_id")
    found = _converted(item, part, convert)
    if isinstance(call_id, str) and call_id:
        # As with function calls: an id beside that of the call is not sent.
        provider_data = {**sayable(id=id_), **rest}
        return {"type": item["type"], "status": status, "providerData": provider_data, part: found}
    return {"type": item["type"], "id": id_, "status": status, "providerData": rest, part: found}


def _compaction(item: Fields) -> Fields:
    return {
        "type": item["type"],
        "id": item.get("id", ABSENT),
        "encrypted_content": item.get("encrypted_content", ABSENT),
        "created_by": item.get("created_by", ABSENT),
        "providerData": rest_of(item, "encrypted_content", "created_by"),
    }


def _answered(item: Fields) -> Fields:
    """A call that holds its own result."""
    result = item.get("result")
    rest = rest_of(item, "status", "result")
    if result is None and "result" in item:
        rest["result"] = None
    output = ABSENT if result is None else result
    return {**_hosted(rest), "status": item.get("status", ABSENT), "output": output}


def _hosted(item: Fields) -> Fields:
    caller = from_caller(item.get("caller"))
    return {
        "type": HOSTED,
        "id": item.get("id", ABSENT),
        "name": item["type"],
        "status": "completed",
        "caller": caller,
        "providerData": dict(item) if caller is ABSENT else rest_of(item, "caller"),
    }


def _mcp_call(item: Fields) -> Fields:
    return {**_hosted(rest_of(item, "output")), "output": item.get("output", ABSENT)}


def _mcp_approval_response(item: Fields) -> Fields:
    return {
        "type": HOSTED,
        "name": "mcp_approval_response",
        "caller": from_caller(item.get("caller")),
        "providerData": rest_of(item, "type", "caller"),
    }


_STATUS = ("status", _same)
_CALLER = ("caller", from_caller)

_READERS: dict[str, Callable[[Fields], Fields]] = {
    "message": _message,
    "reasoning": _reasoning,
    "function_call": _function_call,
    "function_call_output": _function_call_output,
    "computer_call": _computer_call,
    "computer_call_output": _computer_call_output,
    "shell_call": _call(status=_STATUS, action=("action", from_shell_action), caller=_CALLER),
    "shell_call_output": _call(
        is_result=True,
        output=("output", from_shell_output),
        maxOutputLength=("max_output_length", _same),
        status=_STATUS,
        caller=_CALLER,
    ),
    "apply_patch_call": _call(status=_STATUS, operation=("operation", from_patch_operation), caller=_CALLER),
    "apply_patch_call_output": _call(
        is_result=True, status=_STATUS, output=("output", _same), caller=_CALLER
    ),
    "program": _call("type", "id", code=("code", _same), fingerprint=("fingerprint", _same)),
    "program_output": _call("type", "id", output=("result", _same), status=_STATUS),
    "tool_search_call": lambda item: _search(item, "arguments", _same),
    "tool_search_output": lambda item: _search(item, "tools", from_found_tools),
    "compaction": _compaction,
    "web_search_call": _answered,
    "file_search_call": _answered,
    "code_interpreter_call": _answered,
    "image_generation_call": _answered,
    "mcp_call": _mcp_call,
    "mcp_list_tools": _hosted,
    "mcp_approval_request": _hosted,
    "mcp_approval_response": _mcp_approval_response,
}
