from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Sequence
from typing import Any, TypedDict, Union, cast

from ._errors import invalid_argument

#: What SQL takes as a parameter. Booleans are stored as 1 and 0.
SqlParam = Union[None, str, int, float, bool, bytes]
#: What a cell can be.
SqlValue = Union[None, str, int, float, bytes]


class _Params(TypedDict, total=False):
    #: Values for the ``?`` placeholders, in order.
    params: Sequence[SqlParam]


class Statement(_Params):
    """One statement of a batch: ``{"sql": …, "params": […]}``."""

    sql: str


_SAFE = 2**53 - 1
_INT64 = range(-(2**63), 2**63)
_DIGITS = re.compile(r"-?\d{1,19}")


def encode_params(params: Sequence[SqlParam], index: int) -> list[Any]:
    """The parameters as JSON has them. The error for what SQL cannot hold does not tell the value."""
    if isinstance(params, (str, bytes)) or not isinstance(params, Sequence):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise invalid_argument(f"Parameters of statement {index}: they must be a list or a tuple.")
    return [_encode(param, index) for param in params]


def _encode(value: object, index: int) -> Any:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        if value not in _INT64:
            raise invalid_argument(f"Parameters of statement {index}: SQL integers have at most 64 bits.")
        return value if -_SAFE <= value <= _SAFE else {"$bigint": str(value)}
    if isinstance(value, float):
        if not math.isfinite(value):
            raise invalid_argument(f"Parameters of statement {index}: NaN and Infinity are no SQL values.")
        return value
    if isinstance(value, (bytes, bytearray)):
        return {"$bytes": base64.b64encode(value).decode("ascii")}
    raise invalid_argument(
        f"Parameters of statement {index}: a SQL value is None, str, int, float, bool or bytes, "
        f"not {type(value).__name__}."
    )


def decode_row(row: list[Any]) -> list[SqlValue]:
    """The cells of a row. Raises ``ValueError`` for what is none."""
    for position, cell in enumerate(row):
        if isinstance(cell, (dict, list, bool)):
            row[position] = decode_value(cast("object", cell))
    return row


def decode_value(value: object) -> SqlValue:
    """A cell. Raises ``ValueError`` for what is none."""
    if isinstance(value, bool):
        return int(value)
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, dict) and len(cast("dict[str, object]", value)) == 1:
        ((key, content),) = cast("dict[str, object]", value).items()
        if key == "$bytes" and isinstance(content, str):
            try:
                return base64.b64decode(content, validate=True)
            except binascii.Error as error:
                raise ValueError("This is not base64.") from error
        if key == "$bigint" and isinstance(content, str) and _DIGITS.fullmatch(content):
            return int(content)
    raise ValueError("A SQL value in JSON is null, text, a number, a boolean, {$bytes} or {$bigint}.")
