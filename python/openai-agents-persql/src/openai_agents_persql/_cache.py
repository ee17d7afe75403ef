"""What was read of the sessions of a database, kept to be checked and read again."""

from __future__ import annotations

import marshal
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypedDict, Union, cast
from weakref import WeakKeyDictionary

from ._batches import Batches, Row
from ._errors import invalid_argument
from ._rows import Item, decode_rows
from .words import to_responses_item

#: How many of the newest known rows are compared. An older copy of the database has others in their place.
_TAIL = 4
#: More parts of a history are made one.
_MOST_PARTS = 32
#: How many sessions are remembered as read once.
_MOST_SEEN = 10_000
_DEFAULT_BYTES = 64 * 1024 * 1024
#: What a history takes up beside its items, roughly.
_OVERHEAD = 1024


class CacheOptions(TypedDict):
    """How much of what was read is kept."""

    #: Of memory, roughly. It holds for all sessions on one handle; where several name a bound, the last one holds.
    bytes: int


@dataclass(frozen=True)
class _Known:
    """A history as it was when it was last read."""

    mark: str
    #: The row id of the oldest item.
    oldest: int
    #: The newest items: the row ids of the oldest and the newest of them, and their texts.
    first: int
    last: int
    tail: tuple[str, ...]
    #: All items, oldest first. To load them is the fastest way to a copy, and exact for what JSON holds.
    parts: tuple[bytes, ...]

    @property
    def size(self) -> int:
        return _OVERHEAD + sum(map(len, self.parts)) + 2 * sum(map(len, self.tail))


class HistoryCache:
    """The histories of one database. Those that were read least recently make room for others.

    A history is kept from the second time on that it is read: most are read once, and to keep one costs something.
    """

    def __init__(self) -> None:
        self._limit = _DEFAULT_BYTES
        self._bytes = 0
        self._lock = threading.Lock()
        #: Least recently read first.
        self._histories: dict[object, _Known] = {}
        self._seen: dict[object, None] = {}

    @staticmethod
    def of(database: object, options: CacheOptions | Literal[True]) -> HistoryCache:
        cache = _by_database.get(database) or _by_database.setdefault(database, HistoryCache())
        if options is not True:
            cache._limit = options["bytes"]
            cache._make_room()
        return cache

    def get(self, key: object) -> _Known | None:
        return self._histories.get(key)

    def is_read_again(self, key: object) -> bool:
        with self._lock:
            if self._limit == 0 or key in self._seen:
                return self._limit > 0
            self._seen[key] = None
            if len(self._seen) > _MOST_SEEN:
                del self._seen[next(iter(self._seen))]
            return False

    def set(self, key: object, known: _Known) -> None:
        with self._lock:
            self._delete(key)
            self._histories[key] = known
            self._bytes += known.size
            if known.size > self._limit:
                self._delete(key)
        self._make_room()

    def delete(self, key: object) -> None:
        with self._lock:
            self._delete(key)

    def _delete(self, key: object) -> None:
        known = self._histories.pop(key, None)
        self._bytes -= known.size if known else 0

    def _make_room(self) -> None:
        with self._lock:
            while self._bytes > self._limit:
                self._delete(next(iter(self._histories)))


_by_database: WeakKeyDictionary[Any, HistoryCache] = WeakKeyDictionary()


class CachedHistory:
    """Reads the whole of one session, of which a part may be known.

    Rows are never changed and ids only grow, so what is known stands if the mark of the session, the oldest row, and the
    newest rows that are known are still what they were; then only newer rows are read. Both happen in one batch.
    """

    def __init__(self, batches: Batches, session: str, cache: HistoryCache) -> None:
        self._batches = batches
        self._tables = batches.tables
        self._session = session
        self._cache = cache
        self._key = (batches.tables.sessions, batches.tables.messages, session)

    def forget(self) -> None:
        """Drops what is known, because it is about to be changed in another way than by adding to it."""
        self._cache.delete(self._key)

    async def read(self) -> list[Item] | Literal["corrupt", "unread"]:
        """All items; ``corrupt`` where a row may hold none; ``unread`` where the history need not or cannot be kept."""
        if not self._batches.has_marks:
            return "unread"
        known = self._cache.get(self._key)
        if known is None:
            return await self._read_whole() if self._cache.is_read_again(self._key) else "unread"
        items = await self._read_newer(known)
        if items is None:
            self._cache.delete(self._key)
            return await self._read_whole()
        return items

    async def _read_newer(self, known: _Known) -> list[Item] | None:
        """Nothing where what is known does not stand."""
        found = await self._batches.read_marked(
            [self._tables.marks.read(self._session), self._tables.read_onward(self._session, known.first)]
        )
        if found is None:
            return None
        ((mark, oldest),), rows = found
        count = len(known.tail)
        if (
            mark != known.mark
            or oldest != known.oldest
            or len(rows) < count
            or rows[0][0] != known.first
            or rows[count - 1][0] != known.last
            or any(row[1] != text for row, text in zip(rows, known.tail, strict=False))
        ):
            return None
        parts = known.parts
        items: list[Item] = []
        for part in parts:
            items += marshal.loads(part)
        if len(rows) == count:
            self._cache.set(self._key, known)
            return items
        added = _decoded([text for _, text in rows[count:]])
        if added is None:
            return None
        part = _to_part(added)
        items += added
        parts = (*parts, part) if len(parts) < _MOST_PARTS and part else (_to_part(items),)
        self._keep(known.mark, known.oldest, rows[-_TAIL:], parts)
        return items

    async def _read_whole(self) -> list[Item] | Literal["corrupt", "unread"]:
        found = await self._batches.read_marked(
            [
                self._tables.marks.read_with_end(self._session, _TAIL),
                self._tables.read_all(self._session),
            ]
        )
        if found is None:
            return "unread"
        ((mark, oldest, first, last),), rows = found
        texts = [text for (text,) in rows]
        items = _decoded(texts)
        if items is None:
            return "corrupt"
        if mark is not None and texts:
            tail = texts[-_TAIL:]
            ids = [first, *[None] * (len(tail) - 2), last] if len(tail) > 1 else [first]
            self._keep(
                cast("str", mark),
                cast("int", oldest),
                [[row_id, text] for row_id, text in zip(ids, tail, strict=True)],
                (_to_part(items),),
            )
        return items

    def _keep(self, mark: str, oldest: int, tail: Sequence[Row], parts: tuple[bytes | None, ...]) -> None:
        if None in parts:
            return self._cache.delete(self._key)
        first, last = cast("int", tail[0][0]), cast("int", tail[-1][0])
        texts = tuple(cast("str", text) for _, text in tail)
        known = _Known(mark, oldest, first, last, texts, cast("tuple[bytes, ...]", parts))
        return self._cache.set(self._key, known)


def _decoded(texts: Sequence[object]) -> list[Item] | None:
    items = decode_rows(texts)
    return None if items is None else [to_responses_item(item) for item in items]


def _to_part(items: list[Item]) -> bytes | None:
    """Nothing where they are nested too deeply for it."""
    try:
        return marshal.dumps(items)
    except ValueError:
        return None


def check_cache(cache: object) -> Union[CacheOptions, bool]:
    if isinstance(cache, bool):
        return cache
    if isinstance(cache, Mapping) and set(cast("Mapping[str, object]", cache)) == {"bytes"}:
        size = cast("Mapping[str, object]", cache)["bytes"]
        if isinstance(size, int) and not isinstance(size, bool) and size >= 0:
            return {"bytes": size}
    raise invalid_argument('cache must be True, False or {"bytes": n}, with a whole number of bytes.')
