"""What is read in local mode without a thread, because it takes less time than one."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from persql import PerSQL

ONE: Any = [{"sql": "select ?, n from numbers order by n limit 1", "params": ["x"]}]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "numbers.db"


@pytest.fixture
def database(make: Callable[..., PerSQL], path: Path) -> Any:
    database = make(local=path).database("local/main")
    database.query("create table numbers (n integer primary key, said text)")
    database.query("insert into numbers values (1, 'one')")
    return database


def test_reads_what_a_batch_reads(database: Any) -> None:
    statements: Any = [*ONE, {"sql": "select said from numbers where n > 1"}]
    assert database.read_at_once(ONE) == [[["x", 1]]]
    assert database.read_at_once(statements) == [[["x", 1]], []]
    database.query("insert into numbers values (2, 'two')")
    assert database.read_at_once(statements) == [one["rows"] for one in database.batch(statements)]


def test_leaves_to_others_what_takes_longer(database: Any) -> None:
    slow = (
        "with recursive n(i) as (select 1 union all select i + 1 from n limit 1000000) select count(*) from n"
    )
    assert database.read_at_once([{"sql": slow}]) is None
    database.query("insert into numbers values (2, ?)", ["x" * 200_000])
    assert database.read_at_once([{"sql": "select said from numbers"}]) is None
    # The connection goes on.
    assert database.read_at_once(ONE) == [[["x", 1]]]


def test_changes_nothing_and_raises_nothing(database: Any) -> None:
    deletes = ("delete from numbers", "with few(n) as (select 1) delete from numbers where n in few")
    for sql in ("begin", "pragma query_only = off", "select * from nowhere", "no sql", *deletes):
        assert database.read_at_once([{"sql": sql}]) is None
        assert database.read_at_once([*ONE, {"sql": sql}]) is None
    assert database.read_at_once(ONE) == [[["x", 1]]]
    assert database.query("insert into numbers values (3, 'three')")["changes"] == 1
    assert database.read_at_once([{"sql": "select count(*) from numbers"}]) == [[[2]]]


def test_leaves_it_to_others_to_refuse_parameters(database: Any) -> None:
    for params in ("x", {"x"}, [2**70], [object()], [1, 2]):
        assert database.read_at_once([{"sql": "select ?", "params": params}]) is None
    assert database.read_at_once([{"sql": "select 1", "params": None}]) == [[[1]]]


def test_does_not_wait(database: Any, path: Path) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("begin immediate")
    other.execute("insert into numbers values (4, 'four')")
    assert database.read_at_once([{"sql": "select max(n) from numbers"}]) == [[[1]]]
    other.execute("commit")
    assert database.read_at_once([{"sql": "select max(n) from numbers"}]) == [[[4]]]
    other.close()


def test_there_is_no_such_thing_elsewhere(make: Callable[..., PerSQL], path: Path, remote: PerSQL) -> None:
    assert make(local=path).database("local/main").read_at_once([{"sql": "select 1"}]) is None
    assert remote.database("acme/none").read_at_once([{"sql": "select 1"}]) is None
    memory = make(local=":memory:")
    memory.database("local/main").query("select 1")
    assert memory.database("local/main").read_at_once([{"sql": "select 1"}]) is None


def test_is_over_when_the_client_is_closed(make: Callable[..., PerSQL], path: Path) -> None:
    client = make(local=path)
    database = client.database("local/main")
    database.query("select 1")
    assert database.read_at_once([{"sql": "select 1"}]) == [[[1]]]
    client.close()
    assert database.read_at_once([{"sql": "select 1"}]) is None
