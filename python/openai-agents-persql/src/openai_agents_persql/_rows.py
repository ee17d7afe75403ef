"""Between an item and the text of its row."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Sequence
from typing import Any, cast

from pydantic_core import from_json

from ._errors import InvalidItemError, invalid_argument

Item = dict[str, Any]

#: How deep JSON may be nested that is written: some readers give up at 1,000.
_DEPTH = 500
_LONG_PATH = 200
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def encode_items(items: Sequence[object]) -> list[str]:
    """The texts of rows. Refuses what they could not give back unchanged, before anything is written."""
    if isinstance(items, (str, bytes)) or not isinstance(items, Sequence):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise invalid_argument("The items must be a list.")
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            raise InvalidItemError(
                f"Item {index} cannot be stored. It is not a dict.", item_index=index, item_path=""
            )
    try:
        texts = [json.dumps(item) for item in items]
        # What comes back as it was needs no closer look.
        if from_json(f"[{','.join(texts)}]") == [*items]:
            return texts
    except (ValueError, TypeError, RecursionError):
        pass
    for index, item in enumerate(items):
        _check(item, index, [])
    return [json.dumps(item) for item in items]


def digest_of(items: Sequence[object]) -> str:
    """The same for equal items, whatever the order of their keys; and as the sessions in TypeScript have it."""
    texts = [_canonical(item) for item in items]
    return hashlib.sha256(_canonical(["append", texts]).encode()).hexdigest()


def _canonical(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    # Half a surrogate pair has no UTF-8.
    return re.sub("[\ud800-\udfff]", lambda half: f"\\u{ord(half.group()):04x}", text)


def _check(value: object, index: int, path: list[str | int]) -> None:
    if value is None or isinstance(value, (str, int)):
        return
    if isinstance(value, float):
        if not math.isfinite(value):
            raise _refusal("a number that is not finite", index, path)
        return
    if len(path) >= _DEPTH:
        raise _refusal(f"nested deeper than {_DEPTH} levels", index, path)
    if isinstance(value, dict):
        for key, field in cast("dict[object, object]", value).items():
            if not isinstance(key, str):
                raise _refusal("a dict with a key that is no text", index, path)
            path.append(key)
            _check(field, index, path)
            path.pop()
    elif isinstance(value, (list, tuple)):
        for position, element in enumerate(cast("Sequence[object]", value)):
            path.append(position)
            _check(element, index, path)
            path.pop()
    else:
        raise _refusal(f"of type {type(value).__name__}", index, path)


def _refusal(what: str, index: int, path: list[str | int]) -> InvalidItemError:
    steps = (
        f"[{step}]"
        if isinstance(step, int)
        else f".{step}"
        if _WORD.fullmatch(step)
        else f"[{json.dumps(step)}]"
        for step in path
    )
    where = "".join(steps)
    shown = where if len(where) <= _LONG_PATH else f"{where[:_LONG_PATH]}…"
    subject = f"Its value at {shown}" if shown else "It"
    return InvalidItemError(
        f"Item {index} cannot be stored. {subject} is {what}, which JSON cannot give back unchanged.",
        item_index=index,
        item_path=where,
    )


def decode_row(text: object) -> Item | None:
    """The item, or nothing where the row is corrupt."""
    if not isinstance(text, str):
        return None
    try:
        item = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return cast("Item", item) if isinstance(item, dict) else None


def decode_rows(texts: Sequence[object]) -> list[Item] | None:
    """The items, or nothing where a row may be corrupt: then each is to be looked at."""
    try:
        # One look at the whole takes a third of the time that one at each row does.
        items: list[Any] = from_json(f"[{','.join(cast('Sequence[str]', texts))}]")
    except TypeError:
        return None
    except ValueError:
        # It refuses half a surrogate pair, among others, that JSON may hold.
        items = [decode_row(text) for text in texts]
    return items if len(items) == len(texts) and all(type(item) is dict for item in items) else None
