"""Items in the words of the Agents SDK in TypeScript, and in those of the Responses API, which Python's stores."""

from ._items import from_agents_js_item, to_agents_js_item, to_responses_item

__all__ = ["from_agents_js_item", "to_agents_js_item", "to_responses_item"]
