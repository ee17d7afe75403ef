"""What an item is called by the Agents SDK in TypeScript, in the words of the Responses API."""

from __future__ import annotations

from ._rows import Item


def to_responses_item(item: Item) -> Item:
    """The item in the words of the Responses API, whichever SDK wrote it."""
    return item
