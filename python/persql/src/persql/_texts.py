"""The media type in which long texts stand behind the JSON of an answer."""

from __future__ import annotations

import json
from typing import Any, cast

#: A client that names it in ``Accept`` may be answered so: the JSON, a line feed, and then the long texts of all
#: rows. In the JSON, ``{"$text": n}`` stands for each of them, with its length in UTF-16 code units.
MEDIA_TYPE = "application/vnd.persql.texts"


def parse(content: bytes) -> Any:
    """The answer with its texts in place. Raises ``ValueError`` where they do not fit."""
    end = content.index(b"\n")
    body = json.loads(content[:end])
    texts = content[end + 1 :].decode("utf-8")
    # Lengths are the same as Python's only where no text needs two code units.
    wide = texts.encode("utf-16-le")
    narrow = len(wide) == 2 * len(texts)
    start = 0
    data = body["data"]
    for result in cast("list[dict[str, Any]]", data if isinstance(data, list) else [data]):
        for row in cast("list[list[Any]]", result["rows"]):
            for index, cell in enumerate(row):
                if not isinstance(cell, dict) or "$text" not in cell:
                    continue
                length = cast("dict[str, Any]", cell)["$text"]
                if not isinstance(length, int) or length < 0:
                    raise ValueError("The texts are not those of the rows.")
                stop = start + length
                row[index] = texts[start:stop] if narrow else wide[2 * start : 2 * stop].decode("utf-16-le")
                start = stop
    if 2 * start != len(wide):
        raise ValueError("The texts are not those of the rows.")
    return body
