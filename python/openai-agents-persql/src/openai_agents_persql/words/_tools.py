"""What calls and their results hold, in either words."""

from __future__ import annotations

from typing import Any, cast

from ._fields import ABSENT, Fields, fields_of, first_given, is_fields, rest_of, sayable

#: A tool that a search has found: some of its fields have another name in each of the words.
_NAMES = {
    "deferLoading": "defer_loading",
    "allowedCallers": "allowed_callers",
    "outputSchema": "output_schema",
}
_REFERENCE = {"functionName": "function_name"}


def to_found_tools(tools: Any) -> Any:
    return _each_tool(tools, _NAMES, _REFERENCE)


def from_found_tools(tools: Any) -> Any:
    return _each_tool(tools, _swapped(_NAMES), _swapped(_REFERENCE))


def _each_tool(tools: Any, names: dict[str, str], references: dict[str, str]) -> Any:
    if not isinstance(tools, list):
        return tools
    return [_renamed(tool, names, references) for tool in cast("list[Any]", tools)]


def _renamed(tool: Any, names: dict[str, str], references: dict[str, str]) -> Any:
    if not is_fields(tool):
        return tool
    type_ = tool.get("type")
    if type_ == "namespace" and isinstance(tool.get("tools"), list):
        return {**tool, "tools": _each_tool(tool["tools"], names, references)}
    known = names if type_ == "function" else references if type_ == "tool_reference" else {}
    return {known.get(key, key): value for key, value in tool.items()}


def _swapped(names: dict[str, str]) -> dict[str, str]:
    return {other: one for one, other in names.items()}


def to_caller(caller: Any) -> Any:
    if not is_fields(caller) or caller.get("type") != "program":
        return caller
    return sayable(type="program", caller_id=caller.get("callerId", ABSENT))


def from_caller(caller: Any) -> Any:
    fields = fields_of(caller)
    if fields.get("type") == "direct":
        return {"type": "direct"}
    if fields.get("type") != "program":
        return ABSENT
    return sayable(type="program", callerId=fields.get("caller_id", ABSENT))


def to_screenshot(output: Any) -> Any:
    if not is_fields(output) or output.get("type") != "computer_screenshot":
        return output
    return sayable(type="computer_screenshot", image_url=output.get("data", ABSENT))


def from_screenshot(output: Any) -> Any:
    if not is_fields(output) or output.get("type") != "computer_screenshot":
        return output
    return sayable(type="computer_screenshot", data=output.get("image_url", ABSENT))


def to_shell_action(action: Any) -> Any:
    if not is_fields(action):
        return action
    return sayable(
        commands=action.get("commands", ABSENT),
        timeout_ms=action.get("timeoutMs"),
        max_output_length=action.get("maxOutputLength"),
    )


def from_shell_action(action: Any) -> Any:
    if not is_fields(action):
        return action
    return sayable(
        commands=action.get("commands", ABSENT),
        timeoutMs=first_given(action.get("timeout_ms"), ABSENT),
        maxOutputLength=first_given(action.get("max_output_length"), ABSENT),
    )


def to_shell_output(output: Any) -> Any:
    # The API wants a number where the SDK may know of none, and the SDK sends this one.
    return _each_output(output, "exitCode", "exit_code", 0)


def from_shell_output(output: Any) -> Any:
    return _each_output(output, "exit_code", "exitCode", ABSENT)


def _each_output(output: Any, given: str, wanted: str, usual: Any) -> Any:
    if not isinstance(output, list):
        return output
    return [_renamed_output(entry, given, wanted, usual) for entry in cast("list[Any]", output)]


def _renamed_output(entry: Any, given: str, wanted: str, usual: Any) -> Any:
    if not is_fields(entry):
        return entry
    outcome = fields_of(entry.get("outcome"))
    type_, code = outcome.get("type", ABSENT), outcome.get(given, ABSENT)
    if usual is not ABSENT:
        code = first_given(code, usual)
    return sayable(
        stdout=entry.get("stdout", ABSENT),
        stderr=entry.get("stderr", ABSENT),
        outcome=sayable(**{"type": type_, wanted: code}) if type_ == "exit" else sayable(type=type_),
    )


def to_patch_operation(operation: Any) -> Any:
    if not is_fields(operation) or "moveTo" not in operation:
        return operation
    return {**rest_of(operation, "moveTo"), "move_to": operation["moveTo"]}


def from_patch_operation(operation: Any) -> Any:
    if not is_fields(operation) or "move_to" not in operation:
        return operation
    moved: Fields = sayable(moveTo=first_given(operation["move_to"], ABSENT))
    return {**rest_of(operation, "move_to"), **moved}
