from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from ._rows import Item
from .words._whose import HOSTED_CALLS

#: The type of the call that an answer of this type belongs to.
_ANSWERED = {
    "function_call_output": "function_call",
    "custom_tool_call_output": "custom_tool_call",
    "computer_call_output": "computer_call",
    "shell_call_output": "shell_call",
    "local_shell_call_output": "local_shell_call",
    "apply_patch_call_output": "apply_patch_call",
    "tool_search_output": "tool_search_call",
    "program_output": "program",
    "mcp_approval_response": "mcp_approval_request",
}
_CALLS = frozenset(_ANSWERED.values())
#: They hold their own answer.
_HOSTED = frozenset(HOSTED_CALLS)

Link = tuple[str, str]


def without_orphans(items: list[Item]) -> list[Item]:
    """The items without those that say nothing without others that are not there, which the model API refuses.

    These are results whose call is not among the items before them, calls and results of a program that is not, and
    reasoning that led to nothing but these.
    """
    calls: dict[Link, int] = {}
    searches: list[int] = []
    programs: set[str] = set()
    left_out: list[bool] = []
    for place, item in enumerate(items):
        kind, link = _identify(item)
        answered = None
        if kind == "call":
            if link is not None:
                calls[link] = place
            if item.get("type") == "tool_search_call":
                searches.append(place)
        elif kind == "result":
            if link is not None:
                answered = calls.get(link)
            elif item.get("type") == "tool_search_output" and searches:
                # Results of searches may come without an id, in the order of the calls.
                answered = searches[0]
            searches = [search for search in searches if search != answered]
        program = _program_of(item)
        is_orphan = kind == "result" and link is not None and answered is None
        left_out.append(
            is_orphan
            or (program is not None and program not in programs)
            or (answered is not None and left_out[answered])
        )
        if item.get("type") == "program" and link is not None:
            programs.add(link[1])
    is_next_left_out = False
    for place in range(len(items) - 1, -1, -1):
        if items[place].get("type") != "reasoning":
            is_next_left_out = left_out[place]
        elif is_next_left_out:
            left_out[place] = True
    return [item for place, item in enumerate(items) if not left_out[place]]


def _identify(item: Item) -> tuple[str, Link | None]:
    """Whether an item is a call or a result, and what links the two."""
    type_ = item.get("type")
    if not isinstance(type_, str) or type_ in ("message", "reasoning"):
        return "other", None
    if type_ in _ANSWERED:
        return "result", _link(_ANSWERED[type_], item)
    if type_ in _CALLS:
        return "call", _link(type_, item)
    if type_ in _HOSTED:
        return "call", None
    if type_.endswith(("_result", "_output")):
        return "result", _link("", item)
    return ("call", _link("", item)) if type_.endswith("_call") else ("other", None)


def _link(call: str, item: Item) -> Link | None:
    if call == "mcp_approval_request":
        found = item.get("id" if item["type"] == call else "approval_request_id")
    elif call == "tool_search_call":
        # The provider that has run a search itself also knows to which call it belongs.
        if item.get("execution") == "server":
            return None
        found = item.get("call_id") or (item.get("id") if item["type"] == call else None)
    elif call == "local_shell_call":
        found = item.get("call_id") or item.get("id")
    else:
        found = item.get("call_id")
    return (call, found) if isinstance(found, str) and found else None


def _program_of(item: Item) -> str | None:
    caller = item.get("caller")
    if not isinstance(caller, Mapping):
        return None
    fields = cast("Mapping[str, Any]", caller)
    found = fields.get("caller_id")
    return found if fields.get("type") == "program" and isinstance(found, str) else None
