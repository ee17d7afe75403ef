from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

REDACTED = "[redacted]"

# What SQLite, FTS3, FTS5 and the JSON functions quote of values: of queries, paths and file names.
_QUOTED = re.compile(
    "|".join(
        # Some servers add where in the SQL it was, and the name of the result code.
        rf"{text}(?: at offset \d+)?(?:: SQLITE_\w+)?$"
        for text in (
            'fts5: syntax error near "(.*?)"',
            r'no such column: (?:"(.*?)" - should this be a string literal in single-quotes\?|(.*?))',
            "no such (?:database|function): (.*?)",
            "unknown special query: (.*?)",
            "parse error in rank function: (.*?)",
            r"malformed MATCH expression: \[(.*?)\]",
            "unrecognized matchinfo request: (.*?)",
            "unknown tokenizer: (.*?)",
            "bad JSON path: '(.*?)'",
            "JSON path error near '(.*?)'",
            "unable to open database: (.*?)",
            "unknown database '?(.*?)'?",
        )
    ),
    re.DOTALL,
)
_WORD = re.compile(r"[\w$]+")


class Redactor:
    """Takes out of what a server or an engine says what an error must not tell.

    These are the texts among the parameters, whole or as SQLite quotes a part of them, except for those that the SQL
    itself shows, and the token.
    """

    def __init__(self, statements: Iterable[tuple[str, Sequence[object]]], token: str = "") -> None:
        known = list(statements)
        self._sql = "\n".join(sql for sql, _ in known)
        secrets = [token, *(param for _, params in known for param in params)]
        self._secrets = sorted(
            (
                secret
                for secret in secrets
                if isinstance(secret, str)
                and len(secret) > 2
                and (secret == token or secret not in self._sql)
            ),
            key=len,
            reverse=True,
        )

    def text(self, text: str) -> str:
        text = self._without_quoted(text)
        for secret in self._secrets:
            text = text.replace(secret, REDACTED)
        return text

    def detail(self, detail: dict[str, Any]) -> dict[str, Any]:
        message = self.text(str(detail.get("message", "")))
        if message != detail.get("message"):
            kept = {key: detail[key] for key in ("kind", "statement_index") if key in detail}
            return {**kept, "message": message}
        return {
            key: self.text(value) if isinstance(value, str) and key != "kind" else value
            for key, value in detail.items()
        }

    def _without_quoted(self, message: str) -> str:
        match = _QUOTED.search(message)
        group = next((index for index, text in enumerate(match.groups(), 1) if text), None) if match else None
        if match is None or group is None:
            return message
        words = set(_WORD.findall(match.group(group).lower()))
        if words and words <= set(_WORD.findall(self._sql.lower())):
            return message
        return message[: match.start(group)] + REDACTED + message[match.end(group) :]
