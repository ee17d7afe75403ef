"""What makes one value out of another.

``[]`` takes it away, ``[value]`` puts that in its place, and an object says it of single fields, or of the elements of
an array by their index.
"""

from __future__ import annotations

from typing import Any, cast

from ._fields import ABSENT, is_bytes, is_fields


def diff(before: Any, after: Any) -> Any:
    """The patch, or ``ABSENT`` where the two are equal."""
    if is_fields(before) and is_fields(after):
        return _diff_parts({**before, **after}.keys(), before, after)
    if isinstance(before, list) and isinstance(after, list):
        old, new = cast("list[Any]", before), cast("list[Any]", after)
        if len(old) == len(new):
            keys = [str(index) for index in range(len(old))]
            return _diff_parts(keys, dict(zip(keys, old, strict=True)), dict(zip(keys, new, strict=True)))
    return ABSENT if _is_same(before, after) else [after]


def _diff_parts(keys: Any, before: Any, after: Any) -> Any:
    parts: dict[str, Any] = {}
    for key in keys:
        old, new = before.get(key, ABSENT), after.get(key, ABSENT)
        part: Any = diff(old, new) if new is not ABSENT else []
        if part is not ABSENT:
            parts[key] = part
    return parts or ABSENT


def _is_same(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if is_bytes(one) or is_bytes(other) or not isinstance(one, (dict, list)):
        return bool(one == other)
    return False


def patch(value: Any, by: Any) -> Any:
    if isinstance(by, list):
        replaced = cast("list[Any]", by)
        return replaced[0] if replaced else ABSENT
    if isinstance(value, list):
        return [
            patch(element, by[str(index)]) if str(index) in by else element
            for index, element in enumerate(cast("list[Any]", value))
        ]
    patched: dict[str, Any] = dict(cast("dict[str, Any]", value)) if is_fields(value) else {}
    for key, part in by.items():
        if part == []:
            patched.pop(key, None)
        else:
            patched[key] = patch(patched.get(key, ABSENT), part)
    return patched


def is_patch(value: object) -> bool:
    if isinstance(value, list):
        return len(cast("list[object]", value)) <= 1
    return is_fields(value) and all(is_patch(part) for part in cast("dict[str, object]", value).values())
