from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._fields import ABSENT, Fields, fields_of, is_fields, rest_of
from ._from_responses import from_responses
from ._patch import diff, is_patch, patch
from ._to_responses import to_responses
from ._whose import ONLY_JS, ONLY_RESPONSES, words_of

Item = dict[str, Any]


def to_responses_item(item: Mapping[str, Any]) -> Item:
    """The item in the words of the Responses API, whichever SDK stored it.

    One that already is in them, or that both SDKs would say so, is returned as it is.
    """
    return from_agents_js_item(item) if words_of(item) == "js" else _item(item)


def from_agents_js_item(item: Mapping[str, Any]) -> Item:
    """An item of the Agents SDK in TypeScript, in the words of the Responses API.

    What those cannot say stands in the field ``provider_data.agents_js``, which the SDK in Python never sends to OpenAI,
    and from which `to_agents_js_item` gives back an item that equals this one. Never raises for data of JSON.
    """
    words: Fields
    if words_of(item) == "responses":
        words = item
    else:
        words = _patched(to_responses(rest_of(item, ONLY_RESPONSES)), item.get(ONLY_RESPONSES))
    if diff(to_agents_js_item(words), item) is ABSENT:
        return _item(words)
    # The converters of the SDK take a message with more than a role and a content only if it names its type.
    typed = {"type": "message", **words} if isinstance(words.get("role"), str) else words
    missing = diff(_from_words(typed), item)
    patched = _with_js_data(typed, {} if missing is ABSENT else missing)
    return (
        patched if diff(to_agents_js_item(patched), item) is ABSENT else _with_js_data(typed, [_item(item)])
    )


def to_agents_js_item(item: Mapping[str, Any]) -> Item:
    """An item in the words of the Responses API, as a session of the Agents SDK in TypeScript would hold it.

    What that has no place for stands in the field ``responsesData``, which that SDK never sends, and from which
    `from_agents_js_item` gives back an item that equals this one. One in the words of that SDK is returned as it is.
    """
    return _item(item) if words_of(item) == "js" else _item(_from_words(item))


def _from_words(item: Fields) -> Fields:
    provided = fields_of(item.get("provider_data"))
    by = provided.get(ONLY_JS)
    if not is_patch(by):
        return _from_plain_words(item)
    rest = rest_of(provided, ONLY_JS)
    plain = {**rest_of(item, "provider_data"), **({"provider_data": rest} if rest else {})}
    return _patched(_from_plain_words(plain), by)


def _from_plain_words(item: Fields) -> Fields:
    known = from_responses(item)
    if ONLY_RESPONSES in known:
        return item
    missing = diff(to_responses(known), item)
    return known if missing is ABSENT else {**known, ONLY_RESPONSES: missing}


def _patched(words: Fields, by: Any) -> Fields:
    patched = patch(words, by) if is_patch(by) else words
    return patched if is_fields(patched) else words


def _with_js_data(words: Fields, by: Any) -> Item:
    return {**words, "provider_data": {**fields_of(words.get("provider_data")), ONLY_JS: by}}


def _item(item: Mapping[str, Any]) -> Item:
    return item if isinstance(item, dict) else dict(item)
