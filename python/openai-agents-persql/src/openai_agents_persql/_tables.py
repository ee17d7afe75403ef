"""The tables, and every statement on them. The layout is that of the SDK's ``SQLiteSession``."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache

from persql import SqlParam, Statement

from ._errors import invalid_argument
from ._marks import Marks

#: More rows in one insert go as a JSON array, which is one parameter.
_MAX_INLINE_ROWS = 16
_NAME = re.compile(r"(?!sqlite_)[a-z_][a-z0-9_]{0,47}", re.IGNORECASE)


class Tables:
    """The statements for one pair of tables. Each change begins with ``touch``."""

    def __init__(self, sessions: str, messages: str) -> None:
        _check_name("sessions_table", sessions)
        _check_name("messages_table", messages)
        operations = f"{sessions}_operations"
        marks = Marks(sessions, messages)
        if len({name.lower() for name in (sessions, messages, operations, marks.table)}) != 4:
            raise invalid_argument(
                f'Tables "{sessions}", "{messages}", "{operations}" and "{marks.table}" '
                "must have different names."
            )
        self.sessions = sessions
        self.messages = messages
        self.operations = operations
        self.marks = marks
        #: Make the two tables with their index and their marks, where they are missing.
        self.create: list[Statement] = [
            {
                "sql": f'create table if not exists "{sessions}" ("session_id" TEXT primary key, '
                '"created_at" TIMESTAMP default CURRENT_TIMESTAMP, '
                '"updated_at" TIMESTAMP default CURRENT_TIMESTAMP)'
            },
            {
                "sql": f'create table if not exists "{messages}" '
                '("id" INTEGER primary key autoincrement, "session_id" TEXT not null, '
                '"message_data" TEXT not null, "created_at" TIMESTAMP default CURRENT_TIMESTAMP, '
                f'constraint "{messages}_session_id" foreign key ("session_id") '
                f'references "{sessions}" ("session_id") on delete cascade)'
            },
            {
                "sql": f'create index if not exists "idx_{messages}_session_id" '
                f'on "{messages}" ("session_id", "id")'
            },
            *marks.create,
        ]
        #: Make the table of operation ids, where it is missing. The trigger works without foreign keys as well.
        self.create_operations: list[Statement] = [
            {
                "sql": f'create table if not exists "{operations}" ("session_id" TEXT not null, '
                '"operation_id" TEXT not null, "digest" TEXT not null, '
                '"created_at" TIMESTAMP default CURRENT_TIMESTAMP, '
                f'constraint "{operations}_key" primary key ("session_id", "operation_id"))'
            },
            {
                "sql": f'create trigger if not exists "{operations}_forget" after delete on "{sessions}" '
                f'begin delete from "{operations}" where session_id = old.session_id; end'
            },
        ]

    def touch(self, session: str) -> Statement:
        """Makes the row of the session, or notes the activity in it."""
        return {
            "sql": f'insert into "{self.sessions}" (session_id) values (?) '
            "on conflict (session_id) do update set updated_at = CURRENT_TIMESTAMP",
            "params": [session],
        }

    def insert(self, session: str, texts: Sequence[str]) -> Statement:
        """Adds rows in order."""
        head = f'insert into "{self.messages}" (session_id, message_data)'
        if len(texts) > _MAX_INLINE_ROWS:
            return {
                "sql": f"{head} select ?, value from json_each(?) order by key",
                "params": [session, json.dumps(texts)],
            }
        params: list[SqlParam] = []
        for text in texts:
            params += (session, text)
        return {"sql": f"{head} values {', '.join(['(?, ?)'] * len(texts))}", "params": params}

    def insert_operation(self, session: str, operation: str, digest: str) -> Statement:
        """Fails where the session has remembered the operation id."""
        return {
            "sql": f'insert into "{self.operations}" (session_id, operation_id, digest) values (?, ?, ?)',
            "params": [session, operation, digest],
        }

    def read_operation(self, session: str, operation: str) -> Statement:
        """``[digest]`` of the change that an operation id stands for."""
        return {
            "sql": f'select digest from "{self.operations}" where session_id = ? and operation_id = ?',
            "params": [session, operation],
        }

    def pop(self, session: str) -> Statement:
        """Deletes the newest row, and returns its ``[id, text]``."""
        return {
            "sql": f'delete from "{self.messages}" where id = (select id from "{self.messages}" '
            "where session_id = ? order by id desc limit 1) returning id, message_data",
            "params": [session],
        }

    def clear(self, session: str) -> list[Statement]:
        return [
            {"sql": f'delete from "{self.messages}" where session_id = ?', "params": [session]},
            {"sql": f'delete from "{self.sessions}" where session_id = ?', "params": [session]},
        ]

    def delete(self, session: str, first: int, last: int) -> Statement:
        """Deletes the rows from ``first`` to ``last``, both included."""
        return {
            "sql": f'delete from "{self.messages}" where session_id = ? and id >= ? and id <= ?',
            "params": [session, first, last],
        }

    def expect_tail(self, session: str, first: int, last: int, count: int) -> Statement:
        """Fails unless the session's rows from ``first`` on are ``count``, and the newest of them is ``last``."""
        # The table refuses NULL: so the whole batch fails.
        return {
            "sql": f'insert into "{self.messages}" (session_id, message_data) select ?, NULL from '
            f'(select max(id) as last, count(*) as rows from "{self.messages}" '
            "where session_id = ? and id >= ?) as tail where tail.last is not ? or tail.rows <> ?",
            "params": [session, session, first, last, count],
        }

    def read_all(self, session: str) -> Statement:
        """``[text]`` of all rows, oldest first."""
        return {
            "sql": f'select message_data from "{self.messages}" where session_id = ? order by id',
            "params": [session],
        }

    def read_latest(self, session: str, limit: int) -> Statement:
        """``[text]`` of the newest rows, oldest first."""
        return {
            "sql": f'select message_data from (select id, message_data from "{self.messages}" '
            "where session_id = ? order by id desc limit ?) order by id",
            "params": [session, limit],
        }

    def read_turns(self, session: str, turns: int) -> Statement:
        """``[text]`` of the rows of the newest turns, oldest first."""
        return {
            "sql": f'select message_data from "{self.messages}" where session_id = ? '
            f"and id >= {self._turn_start} order by id",
            "params": [session, session, turns - 1],
        }

    def read_turn_start(self, session: str, turns: int) -> Statement:
        """``[id of the first row of the newest turns or 0]``."""
        return {"sql": f"select {self._turn_start}", "params": [session, turns - 1]}

    def read_rows(self, session: str, before: int, limit: int) -> Statement:
        """``[id, text]`` of the newest rows before one, newest first."""
        return {
            "sql": f'select id, message_data from "{self.messages}" where session_id = ? and id < ? '
            "order by id desc limit ?",
            "params": [session, before, limit],
        }

    def read_onward(self, session: str, first: int) -> Statement:
        """``[id, text]`` of the rows from one on, oldest first."""
        return {
            "sql": f'select id, message_data from "{self.messages}" where session_id = ? and id >= ? order by id',
            "params": [session, first],
        }

    def read_from(self, session: str, before: int, after: int, limit: int) -> Statement:
        """``[id, text]`` of the oldest rows between two, oldest first."""
        return {
            "sql": f'select id, message_data from "{self.messages}" where session_id = ? and id < ? and id > ? '
            "order by id limit ?",
            "params": [session, before, after, limit],
        }

    def read_extent(self, session: str) -> Statement:
        """``[id of the newest row or 0, number of rows]``."""
        return {
            "sql": f'select coalesce(max(id), 0), count(*) from "{self.messages}" where session_id = ?',
            "params": [session],
        }

    def read_page(self, session: str, first: int, before: int, limit: int, size: int) -> Statement:
        """``[id, text]`` from ``first`` on and before ``before``, newest first.

        No more rows than take up ``size`` bytes, except that the first of them may be larger.
        """
        # With what an answer holds around a row.
        sizes = (
            f'select id, length(cast(message_data as blob)) + 64 as bytes from "{self.messages}" '
            "where session_id = ? and id >= ? and id < ? order by id desc limit ?"
        )
        return {
            "sql": f"select m.id, m.message_data from (select id, sum(bytes) over (order by id desc) as sum, bytes "
            f'from ({sizes})) as page join "{self.messages}" as m on m.id = page.id '
            "where page.sum <= ? or page.sum = page.bytes order by m.id desc",
            "params": [session, first, before, limit, size],
        }

    def count_through(self, session: str, last: int) -> Statement:
        """``[number]`` of the rows up to one, with it."""
        return {
            "sql": f'select count(*) from "{self.messages}" where session_id = ? and id <= ?',
            "params": [session, last],
        }

    @property
    def _turn_start(self) -> str:
        # A user item right after another one belongs to the same turn, also where corrupt rows stand between them.
        return (
            f'coalesce((select m.id from "{self.messages}" as m where m.session_id = ? and {_is_user("m")} '
            f'and not exists (select 1 from (select p.message_data from "{self.messages}" as p '
            f"where p.session_id = m.session_id and p.id < m.id and {_is_item('p')} "
            f"order by p.id desc limit 1) as previous where {_is_user('previous')}) "
            "order by m.id desc limit 1 offset ?), 0)"
        )


def _is_item(row: str) -> str:
    data = f"{row}.message_data"
    return f"case when typeof({data}) = 'text' and json_valid({data}) then json_type({data}) = 'object' else 0 end"


def _is_user(row: str) -> str:
    return f"case when {_is_item(row)} then json_extract({row}.message_data, '$.role') end = 'user'"


def _check_name(option: str, name: object) -> None:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise invalid_argument(
            f"{option} must be 1 to 48 letters, digits and underscores, not begin with a digit, "
            'and not begin with "sqlite_".'
        )


@cache
def default_tables() -> Tables:
    return Tables("agent_sessions", "agent_messages")
