"""Puts our session in the place of the SDK's `SQLiteSession`, for the SDK's own tests."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import agents
import agents.memory
import agents.memory.sqlite_session
from persql import PerSQL

from openai_agents_persql import PerSQLSession


class SQLiteSession(PerSQLSession):
    """Made and closed as the tests do it."""

    def __init__(
        self,
        session_id: str,
        db_path: str | Path = ":memory:",
        sessions_table: str = "agent_sessions",
        messages_table: str = "agent_messages",
        session_settings: Any = None,
    ) -> None:
        self.db_path = db_path
        self.messages_table = messages_table
        client = PerSQL(local=db_path)
        super().__init__(
            session_id,
            client.database("local/main"),
            sessions_table=sessions_table,
            messages_table=messages_table,
            session_settings=session_settings,
        )
        self._own_client = client

    async def _get_compaction_snapshot(self, limit: int, **options: Any) -> Any:
        plain = PerSQLSession(self.session_id, self._batches._database)
        return await plain._get_compaction_snapshot(limit, **options)

    def close(self) -> None:  # type: ignore[override]
        self._own_client.close()  # type: ignore[union-attr]

    @contextmanager
    def _locked_connection(self) -> Iterator[sqlite3.Connection]:
        """By which the tests put rows into the file."""
        with closing(sqlite3.connect(self.db_path)) as connection:
            for statement in self._batches.tables.create:
                connection.execute(statement["sql"])
            yield connection


for module in (agents, agents.memory, agents.memory.sqlite_session):
    module.SQLiteSession = SQLiteSession  # type: ignore[misc]
