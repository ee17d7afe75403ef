from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest
from test_support.server import Server

from persql import PerSQL, PerSQLError


def test_makes_lists_and_deletes_databases(remote: PerSQL, name: str) -> None:
    slug = name.removeprefix("acme/")
    expires = datetime.now(timezone.utc) + timedelta(days=2)

    made = remote.databases.create("Notes", slug=slug, expires_at=expires)

    assert (made["slug"], made["name"]) == (slug, "Notes")
    assert made.get("expires_at") == expires.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert slug in [database["slug"] for database in remote.databases.list()]
    with pytest.raises(PerSQLError) as taken:
        remote.databases.create("Notes", slug=slug)
    assert taken.value.status == 409
    remote.databases.delete(slug)
    with pytest.raises(PerSQLError) as gone:
        remote.databases.get(slug)
    assert gone.value.status == 404


def test_a_name_makes_a_slug(remote: PerSQL) -> None:
    made = remote.databases.create("Ünïted  Stâtes!", ttl_days=0.5)
    assert made["slug"] == "united-states"
    remote.databases.delete("united-states")
    with pytest.raises(PerSQLError) as refused:
        remote.databases.create("???")
    assert refused.value.code == "invalid_argument"


def test_leases_a_branch_that_brings_its_schema_back(
    remote: PerSQL, make: Callable[..., PerSQL], server: Server, name: str
) -> None:
    database = remote.database(name)
    database.query("create table a (id integer primary key)")
    lease = database.branches.claim(purpose="try", ttl_sec=120, role="admin")

    branch = make(lease["token"], base_url=server.url).database(
        lease["namespace_slug"], lease["database_slug"]
    )
    branch.query("create table b (id integer primary key)")
    merged = database.branches.merge(lease["branch_ref"])

    assert [table["name"] for table in database.tables()] == ["a", "b"]
    assert len(merged["applied"]) == 1
    assert [found["branch_ref"] for found in database.branches.list()] == [lease["branch_ref"]]
    database.branches.delete(lease["branch_ref"])
    with pytest.raises(PerSQLError):
        branch.query("select 1")


def test_a_token_reaches_what_it_names(
    remote: PerSQL, make: Callable[..., PerSQL], server: Server, name: str
) -> None:
    remote.database(name).query("create table a (id)")
    token = remote.tokens.create("reader", role="readonly", database=name.removeprefix("acme/"), ttl_sec=60)
    reader = make(token["token"], base_url=server.url)

    assert reader.me()["role"] == "readonly"
    assert reader.database(name).query("select * from a")["rows"] == []
    with pytest.raises(PerSQLError) as refused:
        reader.database(name).query("insert into a values (1)")
    assert refused.value.status == 403
    remote.tokens.revoke(token["id"])
    with pytest.raises(PerSQLError) as revoked:
        reader.me()
    assert revoked.value.status == 401
    assert token["id"] not in [known["id"] for known in remote.tokens.list()]


def test_usage_is_by_day_database_and_token(remote: PerSQL, name: str) -> None:
    remote.database(name).query("select 1")
    today = datetime.now(timezone.utc).date()
    rows = remote.usage(first=today, last=today, database=name.removeprefix("acme/"))
    assert [row["requests"] for row in rows] == [1]


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.databases.list(),
        lambda client: client.tokens.list(),
        lambda client: client.usage(),
        lambda client: client.me(),
        lambda client: client.database("a/b").branches.list(),
    ],
)
def test_what_needs_the_api_says_so_in_local_mode(
    make: Callable[..., PerSQL], call: Callable[[PerSQL], object]
) -> None:
    with pytest.raises(PerSQLError) as refused:
        call(make(local=":memory:"))
    assert refused.value.code == "local_mode"
