from __future__ import annotations

from persql import Statement

#: Stands for all sessions at once.
_WHOLE = "''"
_NEW_MARK = "on conflict do update set mark = excluded.mark"


class Marks:
    """A mark for each session, which every change but adding items at its end makes another one, whoever makes it.

    Triggers see to it, so programs that know nothing of marks make them as well. A mark is random, so none comes back
    with an older copy of the database. The sessions in TypeScript make and read the same ones.
    """

    def __init__(self, sessions: str, messages: str) -> None:
        self.table = f"{sessions}_marks"
        self._messages = messages
        triggers = self._triggers()
        names = " ".join(f"when '{name}' then 1" for name in triggers)
        present = (
            # As far into the schema as the last of them, however much comes after it. By CASE, because a list behind IN
            # is made a table each time.
            "(select count(*) from (select 1 from sqlite_master where type = 'trigger' "
            f"and tbl_name = '{messages}' collate nocase and case name {names} end limit {len(triggers)}))"
        )
        #: Make the table and the triggers, where they are missing.
        self.create: list[Statement] = [
            {
                "sql": f'create table if not exists "{self.table}" '
                "(session_id TEXT PRIMARY KEY, mark TEXT NOT NULL) without rowid"
            },
            # Whatever happened while a trigger was missing, nothing that was read before it is known any longer. A schema
            # that was copied alone, as that of a branch, has all of them and no mark.
            {
                "sql": f'insert into "{self.table}" select {_WHOLE}, hex(randomblob(8)) '
                f"where {present} < {len(triggers)} "
                f'or not exists (select 1 from "{self.table}" where session_id = {_WHOLE}) {_NEW_MARK}'
            },
            *(
                {"sql": f'create trigger if not exists "{name}" {body}; end'}
                for name, body in triggers.items()
            ),
        ]
        self._current = (
            f"case when {present} = {len(triggers)} then "
            f'(select mark from "{self.table}" where session_id = {_WHOLE}) '
            f"|| coalesce((select mark from \"{self.table}\" where session_id = ?), '') end"
        )
        self._oldest = f'(select id from "{messages}" where session_id = ? order by id limit 1)'

    def read(self, session: str) -> Statement:
        """``[mark or None, id of the oldest row or None]``."""
        return {"sql": f"select {self._current}, {self._oldest}", "params": [session, session]}

    def read_with_end(self, session: str, tail: int) -> Statement:
        """As `read`, and ``[id of the oldest of the newest rows or None, id of the newest or None]``."""
        newest = f'select id from "{self._messages}" where session_id = ? order by id desc limit'
        return {
            "sql": f"select {self._current}, {self._oldest}, (select min(id) from ({newest} ?)), ({newest} 1)",
            "params": [session, session, session, tail, session],
        }

    def _triggers(self) -> dict[str, str]:
        """What needs no mark: items added at the end, and the oldest ones removed, which moves the oldest row."""
        messages = f'"{self._messages}"'

        def mark(session: str) -> str:
            return f'insert into "{self.table}" values ({session}, hex(randomblob(8))) {_NEW_MARK}'

        bodies = {
            # The oldest row is looked at rather than any, because deleting a whole session asks for each of its rows.
            "delete": f"after delete on {messages} when ((select id from {messages} "
            "where session_id = old.session_id order by id limit 1) > old.id) is not true "
            f"begin {mark('old.session_id')}",
            "update": f"after update on {messages} begin {mark('old.session_id')}; {mark('new.session_id')}",
            # A new id may be that of a row that it replaces.
            "move": f"after update of id on {messages} when new.id is not old.id begin {mark(_WHOLE)}",
            # Rows are added at the end of the table. Elsewhere one may stand between others, or in the place of one of
            # any session, because REPLACE tells no other trigger. In the place of the newest one it is seen by its text.
            "insert": f"after insert on {messages} when exists (select 1 from {messages} where id > new.id) "
            f"begin {mark(_WHOLE)}",
        }
        return {f"{self.table}_{name}": body for name, body in bodies.items()}
