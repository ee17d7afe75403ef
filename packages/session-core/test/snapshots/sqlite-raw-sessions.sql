-- count
select count(*) as "count" from "agent_sessions";

-- listFirst
select "s"."session_id", "s"."created_at", "s"."updated_at", count("m"."id") as "items", coalesce(sum(octet_length("m"."message_data")), 0) as "bytes", coalesce(max(m.id), 0) as "last" from "agent_sessions" as "s" left join "agent_messages" as "m" on "m"."session_id" = "s"."session_id" group by "s"."session_id" order by "s"."session_id" limit ?;
-- :limit

-- list
select "s"."session_id", "s"."created_at", "s"."updated_at", count("m"."id") as "items", coalesce(sum(octet_length("m"."message_data")), 0) as "bytes", coalesce(max(m.id), 0) as "last" from "agent_sessions" as "s" left join "agent_messages" as "m" on "m"."session_id" = "s"."session_id" where "s"."session_id" > ? group by "s"."session_id" order by "s"."session_id" limit ?;
-- :after, :limit

-- get
select "s"."session_id", "s"."created_at", "s"."updated_at", count("m"."id") as "items", coalesce(sum(octet_length("m"."message_data")), 0) as "bytes", coalesce(max(m.id), 0) as "last" from "agent_sessions" as "s" left join "agent_messages" as "m" on "m"."session_id" = "s"."session_id" where "s"."session_id" in (select "value" from json_each(?) as "listed") group by "s"."session_id" order by "s"."session_id";
-- :sessions

-- read
select "m"."id", "m"."session_id", "m"."message_data", "m"."created_at", octet_length("m"."message_data") as "bytes" from "agent_messages" as "m" where "m"."session_id" in (select "value" from json_each(?) as "listed") order by "m"."session_id", "m"."id";
-- :sessions

-- readPage
select "m"."id", "m"."session_id", "m"."message_data", "m"."created_at", "page"."bytes" from (select "id", sum(bytes) over (order by id) as "sum", "bytes" from (select "id", octet_length("agent_messages"."message_data") as "bytes" from "agent_messages" where "session_id" = ? and "id" > ? order by "id" limit ?) as "sizes") as "page" inner join "agent_messages" as "m" on "m"."id" = "page"."id" where ("page"."sum" <= ? or "page"."sum" = "page"."bytes") order by "m"."id";
-- :session, :after, :limit, :bytes

-- rowIds
select "id" from "agent_messages" where "session_id" = ? and "id" > ? order by "id" limit ?;
-- :session, :after, :limit

-- readBytes
select "id", typeof(message_data) as "storage", cast(message_data as blob) as "bytes", cast('a' as blob) as "a" from "agent_messages" where "id" in (select value as "id" from json_each(?) as "listed") order by "id";
-- :rows

-- expectLast
insert into "agent_messages" ("session_id", "message_data") select json_extract("listed"."value", '$[0]') as "session", NULL as "text" from json_each(?) as "listed" where coalesce(((select max("id") as "id" from "agent_messages" where "session_id" = json_extract("listed"."value", '$[0]'))), 0) != json_extract("listed"."value", '$[1]');
-- :changes

-- putSessions
insert into "agent_sessions" ("session_id", "created_at", "updated_at") select json_extract("listed"."value", '$[0]') as "session", json_extract("listed"."value", '$[1]') as "created", json_extract("listed"."value", '$[2]') as "updated" from json_each(?) as "listed" where true on conflict ("session_id") do update set "created_at" = "excluded"."created_at", "updated_at" = "excluded"."updated_at";
-- :sessions

-- truncate
delete from "agent_messages" where "id" in (select "m"."id" from json_each(?) as "listed" inner join "agent_messages" as "m" on "m"."session_id" = json_extract("listed"."value", '$[0]') and "m"."id" > json_extract("listed"."value", '$[1]'));
-- :keeps

-- insertRows
insert into "agent_messages" ("session_id", "message_data", "created_at") select json_extract("listed"."value", '$[0]') as "session", case json_extract("listed"."value", '$[3]') when 'blob' then unhex(json_extract("listed"."value", '$[2]'))
                when 'text' then cast(unhex(json_extract("listed"."value", '$[2]')) as text) else json_extract("listed"."value", '$[2]') end as "data", json_extract("listed"."value", '$[1]') as "created" from json_each(?) as "listed" order by "listed"."key";
-- :rows

-- lastRows
select "session_id", max("id") as "last" from "agent_messages" where "session_id" in (select "value" from json_each(?) as "listed") group by "session_id";
-- :sessions

-- insertTexts
insert into "agent_messages" ("session_id", "message_data", "created_at") values (?, ?, ?), (?, ?, ?);
-- :session, :text, :created, :session, :text, :created
