-- count
select count(*) as "count" from "agent_sessions";

-- listFirst
select "s"."session_id", cast("s"."created_at" as text) as "created_at", cast("s"."updated_at" as text) as "updated_at", count("m"."id") as "items", coalesce(sum(octet_length("m"."message_data")), 0) as "bytes", coalesce(max(m.id), 0) as "last" from "agent_sessions" as "s" left join "agent_messages" as "m" on "m"."session_id" = "s"."session_id" group by "s"."session_id" order by "s"."session_id" limit $1;
-- :limit

-- list
select "s"."session_id", cast("s"."created_at" as text) as "created_at", cast("s"."updated_at" as text) as "updated_at", count("m"."id") as "items", coalesce(sum(octet_length("m"."message_data")), 0) as "bytes", coalesce(max(m.id), 0) as "last" from "agent_sessions" as "s" left join "agent_messages" as "m" on "m"."session_id" = "s"."session_id" where "s"."session_id" > $1 group by "s"."session_id" order by "s"."session_id" limit $2;
-- :after, :limit

-- get
select "s"."session_id", cast("s"."created_at" as text) as "created_at", cast("s"."updated_at" as text) as "updated_at", count("m"."id") as "items", coalesce(sum(octet_length("m"."message_data")), 0) as "bytes", coalesce(max(m.id), 0) as "last" from "agent_sessions" as "s" left join "agent_messages" as "m" on "m"."session_id" = "s"."session_id" where "s"."session_id" in (select "value" from (select value, ordinality as key from json_array_elements_text(cast($1 as json)) with ordinality) as "listed") group by "s"."session_id" order by "s"."session_id";
-- :sessions

-- read
select "m"."id", "m"."session_id", "m"."message_data", cast("m"."created_at" as text) as "created_at", octet_length("m"."message_data") as "bytes" from "agent_messages" as "m" where "m"."session_id" in (select "value" from (select value, ordinality as key from json_array_elements_text(cast($1 as json)) with ordinality) as "listed") order by "m"."session_id", "m"."id";
-- :sessions

-- readPage
select "m"."id", "m"."session_id", "m"."message_data", cast("m"."created_at" as text) as "created_at", "page"."bytes" from (select "id", sum(bytes) over (order by id) as "sum", "bytes" from (select "id", octet_length("agent_messages"."message_data") as "bytes" from "agent_messages" where "session_id" = $1 and "id" > cast($2 as bigint) order by "id" limit $3) as "sizes") as "page" inner join "agent_messages" as "m" on "m"."id" = "page"."id" where ("page"."sum" <= cast($4 as bigint) or "page"."sum" = "page"."bytes") order by "m"."id";
-- :session, :after, :limit, :bytes

-- rowIds
select "id" from "agent_messages" where "session_id" = $1 and "id" > cast($2 as bigint) order by "id" limit $3;
-- :session, :after, :limit

-- readBytes
select "id", 'text' as "storage", convert_to(message_data, 'UTF8') as "bytes", convert_to('a', 'UTF8') as "a" from "agent_messages" where "id" in (select cast(value as bigint) as "id" from (select value, ordinality as key from json_array_elements_text(cast($1 as json)) with ordinality) as "listed") order by "id";
-- :rows

-- expectLast
insert into "agent_messages" ("session_id", "message_data") select ("listed"."value" ->> 0) as "session", NULL as "text" from (select value, ordinality as key from json_array_elements(cast($1 as json)) with ordinality) as "listed" where coalesce(((select max("id") as "id" from "agent_messages" where "session_id" = ("listed"."value" ->> 0))), 0) != cast(("listed"."value" ->> 1) as bigint);
-- :changes

-- putSessions
insert into "agent_sessions" ("session_id", "created_at", "updated_at") select ("listed"."value" ->> 0) as "session", cast(("listed"."value" ->> 1) as timestamp) as "created", cast(("listed"."value" ->> 2) as timestamp) as "updated" from (select value, ordinality as key from json_array_elements(cast($1 as json)) with ordinality) as "listed" where true on conflict ("session_id") do update set "session_id" = "excluded"."session_id", "created_at" = "excluded"."created_at", "updated_at" = "excluded"."updated_at";
-- :sessions

-- truncate
delete from "agent_messages" where "id" in (select "m"."id" from (select value, ordinality as key from json_array_elements(cast($1 as json)) with ordinality) as "listed" inner join "agent_messages" as "m" on "m"."session_id" = ("listed"."value" ->> 0) and "m"."id" > cast(("listed"."value" ->> 1) as bigint));
-- :keeps

-- insertRows
insert into "agent_messages" ("session_id", "message_data", "created_at") select ("listed"."value" ->> 0) as "session", ("listed"."value" ->> 2) as "data", cast(("listed"."value" ->> 1) as timestamp) as "created" from (select value, ordinality as key from json_array_elements(cast($1 as json)) with ordinality) as "listed" order by "listed"."key";
-- :rows

-- lastRows
select "session_id", max("id") as "last" from "agent_messages" where "session_id" in (select "value" from (select value, ordinality as key from json_array_elements_text(cast($1 as json)) with ordinality) as "listed") group by "session_id";
-- :sessions

-- insertTexts
insert into "agent_messages" ("session_id", "message_data", "created_at") values ($1, $2, $3), ($4, $5, $6);
-- :session, :text, :created, :session, :text, :created
