from __future__ import annotations

from typing import Any

import pytest

from persql import PerSQL, PerSQLError


def test_gives_rows_as_dicts_and_as_lists(client: PerSQL, name: str) -> None:
    database = client.database(name)
    database.query("create table notes (id integer primary key, body text)")

    written = database.query("insert into notes (body) values (?), (?)", ["a", "b"])
    read = database.query("select id, body from notes order by id")

    assert (written["changes"], written["last_insert_rowid"]) == (2, 2)
    assert read["columns"] == ["id", "body"]
    assert read["rows"] == [[1, "a"], [2, "b"]]
    assert read["data"] == [{"id": 1, "body": "a"}, {"id": 2, "body": "b"}]


@pytest.mark.parametrize(
    "value",
    [None, "", "naïve 💥 \u0000 end", 0, -1, 2**53, 2**63 - 1, -(2**63), 1.5, 1e300, b"", bytes(range(256))],
    ids=repr,
)
def test_gives_back_the_value_that_was_stored(client: PerSQL, name: str, value: Any) -> None:
    database = client.database(name)
    result = database.query("select ? as value", [value])
    assert result["data"] == [{"value": value}]
    assert type(result["data"][0]["value"]) is type(value)


def test_long_texts_come_back_whole(client: PerSQL, name: str) -> None:
    texts = ["x" * 100, "💥" * 100, "short", "é" * 5000, '{"json": "\\"quoted\\""}' * 20]
    database = client.database(name)
    result = database.query(" union all ".join("select ?" for _ in texts), texts)
    assert [text for (text,) in result["rows"]] == texts


def test_text_that_is_no_utf_8_comes_with_a_mark_in_its_place(client: PerSQL, name: str) -> None:
    result = client.database(name).query("select cast(x'61ff62' as text) as value")
    assert result["rows"] == [["a\ufffdb"]]


@pytest.mark.parametrize("value", [2**63, float("nan"), float("inf"), object(), [1]], ids=repr)
def test_refuses_what_no_value_of_sql_is_before_anything_is_sent(
    client: PerSQL, name: str, value: Any
) -> None:
    with pytest.raises(PerSQLError) as refused:
        client.database(name).query("select ?", [value])
    assert refused.value.code == "invalid_argument"


def test_a_transaction_is_all_or_none(client: PerSQL, name: str) -> None:
    database = client.database(name)
    database.query("create table t (a integer primary key)")
    with pytest.raises(PerSQLError) as failed:
        database.batch(
            [{"sql": "insert into t values (1)"}, {"sql": "insert into t values (?)", "params": [1]}],
            transaction=True,
        )
    assert failed.value.status == 400
    assert failed.value.detail is not None
    assert failed.value.detail["kind"] == "unique_violation"
    assert failed.value.detail.get("statement_index") == 1
    assert database.tables() == [{"name": "t", "row_count": 0}]


def test_without_a_transaction_what_came_before_stays(client: PerSQL, name: str) -> None:
    database = client.database(name)
    database.query("create table t (a integer primary key)")
    with pytest.raises(PerSQLError):
        database.batch([{"sql": "insert into t values (1)"}, {"sql": "insert into t values (1)"}])
    assert database.tables() == [{"name": "t", "row_count": 1}]


def test_a_batch_gives_one_result_for_each_statement(client: PerSQL, name: str) -> None:
    database = client.database(name)
    results = database.batch([{"sql": "select 1 as n"}, {"sql": "select ? as n", "params": [2]}])
    assert [result["data"] for result in results] == [[{"n": 1}], [{"n": 2}]]
    assert database.batch([]) == []


@pytest.mark.parametrize(
    ("sql", "params", "kind"),
    [
        ("select * from missing", [], "unknown_table"),
        ("selec 1", [], "syntax_error"),
        ("select ?", [], "too_few_params"),
        ("select 1", [1], "too_many_params"),
        ("select 1; select 2", [], "invalid_statement"),
        ("begin", [], "invalid_statement"),
    ],
)
def test_says_why_sql_failed(client: PerSQL, name: str, sql: str, params: list[Any], kind: str) -> None:
    with pytest.raises(PerSQLError) as failed:
        client.database(name).query(sql, params)
    assert failed.value.detail is not None
    assert (failed.value.code, failed.value.status, failed.value.detail["kind"]) == ("api", 400, kind)


def test_a_read_only_call_changes_nothing(client: PerSQL, name: str) -> None:
    database = client.database(name)
    database.query("create table t (a)")
    with pytest.raises(PerSQLError) as refused:
        database.query("insert into t values (1)", read_only=True)
    assert refused.value.detail is not None
    assert refused.value.detail["kind"] == "readonly"
    database.query("insert into t values (1)")
    assert database.tables() == [{"name": "t", "row_count": 1}]


def test_describes_tables_without_running_anything(client: PerSQL, name: str) -> None:
    database = client.database(name)
    database.batch(
        [
            {"sql": "create table a (id integer primary key, name text not null default 'x')"},
            {"sql": "create table b (a_id int references a (id) on delete cascade)"},
            {"sql": "create unique index a_name on a (name)"},
        ]
    )
    a, b = database.describe()["tables"]
    assert a["columns"][1] == {
        "name": "name",
        "type": "TEXT",
        "not_null": True,
        "primary_key": 0,
        "default_value": "'x'",
        "description": None,
    }
    assert a["indexes"] == [{"name": "a_name", "unique": True, "columns": ["name"]}]
    assert b["foreign_keys"] == [
        {
            "columns": ["a_id"],
            "referenced_table": "a",
            "referenced_columns": ["id"],
            "on_delete": "CASCADE",
            "on_update": "NO ACTION",
        }
    ]
    assert [found["name"] for found in database.schema()] == ["a", "b", "a_name"]
    assert database.explain("select * from a where id = ?", [1])[0][3].startswith("SEARCH a")
    assert database.validate("select * from a") == {"ok": True}
    refused = database.validate("select * from c")
    assert not refused["ok"]
    assert refused.get("error_detail", {}).get("kind") == "unknown_table"


def test_no_error_shows_a_parameter(client: PerSQL, name: str) -> None:
    database = client.database(name)
    database.query("create virtual table notes using fts5 (body)")
    with pytest.raises(PerSQLError) as failed:
        database.query("select * from notes where notes match ?", ['confidential AND ("'])
    assert "confidential" not in f"{failed.value} {failed.value.detail}"


def test_a_closed_client_says_so(client: PerSQL, name: str) -> None:
    database = client.database(name)
    client.close()
    client.close()
    with pytest.raises(PerSQLError) as closed:
        database.query("select 1")
    assert closed.value.code == "closed"


@pytest.mark.parametrize("path", ["", "acme", "acme/", "/main", "acme/..", "./x"])
def test_a_database_is_named_by_namespace_and_name(client: PerSQL, path: str) -> None:
    with pytest.raises(PerSQLError) as refused:
        client.database(path)
    assert refused.value.code == "invalid_argument"


@pytest.mark.parametrize("params", ["x", b"x", {"x": "y"}, {"x"}])
def test_refuses_parameters_that_are_no_list(client: PerSQL, params: Any) -> None:
    with pytest.raises(PerSQLError, match="they must be a list or a tuple") as raised:
        client.database("acme/none").query("select ?", params)
    assert raised.value.code == "invalid_argument"
