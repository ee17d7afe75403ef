from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

Fields = Mapping[str, Any]

#: Stands for a field that is not there, which is not the same as one that is null.
ABSENT: Any = object()

#: Fields that only providers other than the Responses API give.
_FOREIGN = ("model", "role", "tool_calls", "function")


def is_fields(value: object) -> bool:
    """Whether it is an object; bytes, which are written as one, are none."""
    return isinstance(value, dict) and not is_bytes(cast("object", value))


def is_bytes(value: object) -> bool:
    """Whether it is what the sessions in TypeScript write for bytes."""
    if not isinstance(value, dict):
        return False
    fields = cast("dict[str, object]", value)
    return len(fields) == 1 and isinstance(fields.get("$bytes"), str)


def fields_of(value: object) -> Fields:
    """The fields of an object; none of anything else."""
    return cast("Fields", value) if is_fields(value) else {}


def sayable(**fields: Any) -> dict[str, Any]:
    """The fields that are there."""
    return there(fields)


def there(fields: Fields) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not ABSENT}


def rest_of(fields: Fields, *without: str) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in without}


def first_given(*values: Any) -> Any:
    """The first value that is there and not null, or else the last one."""
    for value in values:
        if value is not ABSENT and value is not None:
            return value
    return values[-1]


def from_rest(fields: dict[str, Any]) -> Any:
    """The fields; nothing instead of none."""
    return fields or ABSENT


def to_rest(provider_data: object, type_: object, *without: str) -> dict[str, Any]:
    """The fields that an item's ``providerData`` adds to the words of the Responses API.

    None where another provider gave the data: of what those fields mean the Responses API knows nothing.
    """
    given = fields_of(provider_data)
    if given.get("type", ABSENT) is not ABSENT and given["type"] != type_:
        return {}
    if any(field in given for field in _FOREIGN):
        return {}
    rest: dict[str, Any] = {}
    for key, value in given.items():
        name = snake_case(key)
        if name != "type" and name not in without and (name == key or name not in given):
            rest[name] = value
    return rest


def snake_case(key: str) -> str:
    return re.sub(r"[A-Z]", lambda letter: f"_{letter.group().lower()}", key)
