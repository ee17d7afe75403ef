-- createTables
create table if not exists "agent_sessions" ("session_id" TEXT primary key, "created_at" TIMESTAMP default CURRENT_TIMESTAMP, "updated_at" TIMESTAMP default CURRENT_TIMESTAMP);
create table if not exists "agent_messages" ("id" INTEGER primary key autoincrement, "session_id" TEXT not null, "message_data" TEXT not null, "created_at" TIMESTAMP default CURRENT_TIMESTAMP, constraint "agent_messages_session_id" foreign key ("session_id") references "agent_sessions" ("session_id") on delete cascade);
create index if not exists "idx_agent_messages_session_id" on "agent_messages" ("session_id", "id");

-- createOperations
create table if not exists "agent_sessions_operations" ("session_id" TEXT not null, "operation_id" TEXT not null, "digest" TEXT not null, "created_at" TIMESTAMP default CURRENT_TIMESTAMP, constraint "agent_sessions_operations_key" primary key ("session_id", "operation_id"));
create trigger if not exists "agent_sessions_operations_forget" after delete on "agent_sessions"
          begin delete from "agent_sessions_operations" where session_id = old.session_id; end;

-- createMarks
create table if not exists "agent_sessions_marks" (session_id TEXT PRIMARY KEY, mark TEXT NOT NULL) without rowid;
insert into "agent_sessions_marks" select '', hex(randomblob(8)) where (select count(*) from (select 1 from sqlite_master where type = 'trigger'
    and tbl_name = 'agent_messages' collate nocase and case name when 'agent_sessions_marks_delete' then 1 when 'agent_sessions_marks_update' then 1 when 'agent_sessions_marks_move' then 1 when 'agent_sessions_marks_insert' then 1 end
    limit 4)) < 4
      or not exists (select 1 from "agent_sessions_marks" where session_id = '')
      on conflict do update set mark = excluded.mark;
create trigger if not exists "agent_sessions_marks_delete" after delete on "agent_messages"
      when ((select id from "agent_messages" where session_id = old.session_id order by id limit 1) > old.id) is not true
      begin insert into "agent_sessions_marks" values (old.session_id, hex(randomblob(8))) on conflict do update set mark = excluded.mark; end;
create trigger if not exists "agent_sessions_marks_update" after update on "agent_messages"
      begin insert into "agent_sessions_marks" values (old.session_id, hex(randomblob(8))) on conflict do update set mark = excluded.mark; insert into "agent_sessions_marks" values (new.session_id, hex(randomblob(8))) on conflict do update set mark = excluded.mark; end;
create trigger if not exists "agent_sessions_marks_move" after update of id on "agent_messages" when new.id is not old.id begin insert into "agent_sessions_marks" values ('', hex(randomblob(8))) on conflict do update set mark = excluded.mark; end;
create trigger if not exists "agent_sessions_marks_insert" after insert on "agent_messages" when exists (select 1 from "agent_messages" where id > new.id)
      begin insert into "agent_sessions_marks" values ('', hex(randomblob(8))) on conflict do update set mark = excluded.mark; end;

-- readMark
select case when (select count(*) from (select 1 from sqlite_master where type = 'trigger'
    and tbl_name = 'agent_messages' collate nocase and case name when 'agent_sessions_marks_delete' then 1 when 'agent_sessions_marks_update' then 1 when 'agent_sessions_marks_move' then 1 when 'agent_sessions_marks_insert' then 1 end
    limit 4)) = 4 then
      (select mark from "agent_sessions_marks" where session_id = '')
      || coalesce((select mark from "agent_sessions_marks" where session_id = ?), '') end as "mark", ((select "id" from "agent_messages" where "session_id" = ? order by "id" limit ?)) as "first";
-- :session, :session, 1

-- readMarkAndEnd
select case when (select count(*) from (select 1 from sqlite_master where type = 'trigger'
    and tbl_name = 'agent_messages' collate nocase and case name when 'agent_sessions_marks_delete' then 1 when 'agent_sessions_marks_update' then 1 when 'agent_sessions_marks_move' then 1 when 'agent_sessions_marks_insert' then 1 end
    limit 4)) = 4 then
      (select mark from "agent_sessions_marks" where session_id = '')
      || coalesce((select mark from "agent_sessions_marks" where session_id = ?), '') end as "mark", ((select "id" from "agent_messages" where "session_id" = ? order by "id" limit ?)) as "first", (select min(id) from ((select "id" from "agent_messages" where "session_id" = ? order by "id" desc limit ?)) as tail) as "tail", ((select "id" from "agent_messages" where "session_id" = ? order by "id" desc limit ?)) as "last", ((select "created_at" from "agent_messages" where "session_id" = ? order by "id" desc limit ?)) as "newest_time";
-- :session, :session, 1, :session, :tail, :session, 1, :session, 1

-- readTurns
select "id", "message_data", "created_at" from "agent_messages" where "session_id" = ? and "id" >= coalesce((select "m"."id" from "agent_messages" as "m" where "m"."session_id" = ? and case when case when typeof(m.message_data) = 'text' and json_valid(m.message_data) then json_type(m.message_data) = 'object' else 0 end then json_extract(case when instr(m.message_data, '"unknown"') and json_extract(m.message_data, '$.type') = 'unknown'
    and json_type(m.message_data, '$.providerData.type') = 'text' then json_extract(m.message_data, '$.providerData') else m.message_data end, '$.role') end = 'user' and not exists (select "previous"."message_data" from (select "p"."message_data" from "agent_messages" as "p" where "p"."session_id" = ? and "p"."id" < "m"."id" and case when typeof(p.message_data) = 'text' and json_valid(p.message_data) then json_type(p.message_data) = 'object' else 0 end order by "p"."id" desc limit ?) as "previous" where case when case when typeof(previous.message_data) = 'text' and json_valid(previous.message_data) then json_type(previous.message_data) = 'object' else 0 end then json_extract(case when instr(previous.message_data, '"unknown"') and json_extract(previous.message_data, '$.type') = 'unknown'
    and json_type(previous.message_data, '$.providerData.type') = 'text' then json_extract(previous.message_data, '$.providerData') else previous.message_data end, '$.role') end = 'user') order by "m"."id" desc limit ? offset ?), 0) order by "id" desc;
-- :session, :session, :session, 1, 1, :skip

-- readTurnStart
select coalesce((select "m"."id" from "agent_messages" as "m" where "m"."session_id" = ? and case when case when typeof(m.message_data) = 'text' and json_valid(m.message_data) then json_type(m.message_data) = 'object' else 0 end then json_extract(case when instr(m.message_data, '"unknown"') and json_extract(m.message_data, '$.type') = 'unknown'
    and json_type(m.message_data, '$.providerData.type') = 'text' then json_extract(m.message_data, '$.providerData') else m.message_data end, '$.role') end = 'user' and not exists (select "previous"."message_data" from (select "p"."message_data" from "agent_messages" as "p" where "p"."session_id" = ? and "p"."id" < "m"."id" and case when typeof(p.message_data) = 'text' and json_valid(p.message_data) then json_type(p.message_data) = 'object' else 0 end order by "p"."id" desc limit ?) as "previous" where case when case when typeof(previous.message_data) = 'text' and json_valid(previous.message_data) then json_type(previous.message_data) = 'object' else 0 end then json_extract(case when instr(previous.message_data, '"unknown"') and json_extract(previous.message_data, '$.type') = 'unknown'
    and json_type(previous.message_data, '$.providerData.type') = 'text' then json_extract(previous.message_data, '$.providerData') else previous.message_data end, '$.role') end = 'user') order by "m"."id" desc limit ? offset ?), 0) as "first";
-- :session, :session, 1, 1, :skip

-- readAll
select "message_data" from "agent_messages" where "session_id" = ? order by "id";
-- :session

-- readLatest
select "message_data" from "agent_messages" where "session_id" = ? order by "id" desc limit ?;
-- :session, :limit

-- readBefore
select "id", "message_data", "created_at" from "agent_messages" where "session_id" = ? and "id" < ? order by "id" desc limit ?;
-- :session, :before, :limit

-- readFrom
select "id", "message_data", "created_at" from "agent_messages" where "session_id" = ? and "id" >= ? order by "id";
-- :session, :first

-- readExtent
select coalesce(max(id), 0) as "last", count(*) as "count" from "agent_messages" where "session_id" = ?;
-- :session

-- countThrough
select count(*) as "count" from "agent_messages" where "session_id" = ? and "id" <= ?;
-- :session, :last

-- readRowsBefore
select "m"."id", "m"."message_data", "m"."created_at" from (select "id", sum(bytes) over (order by id desc) as "sum", "bytes" from (select "id", octet_length(message_data) + 64 as "bytes" from "agent_messages" where "session_id" = ? and "id" >= ? and "id" < ? order by "id" desc limit ?) as "sizes") as "page" inner join "agent_messages" as "m" on "m"."id" = "page"."id" where ("page"."sum" <= ? or "page"."sum" = "page"."bytes") order by "m"."id" desc;
-- :session, :first, :before, :limit, :bytes

-- touchSession
insert into "agent_sessions" ("session_id") values (?) on conflict ("session_id") do update set "updated_at" = CURRENT_TIMESTAMP;
-- :session

-- insertTexts
insert into "agent_messages" ("session_id", "message_data") select ? as "session", "value" from json_each(?) as "text" order by "key";
-- :session, :texts

-- insertRows
insert into "agent_messages" ("session_id", "message_data", "created_at") select ? as "session", coalesce(kept.message_data, json_extract("row"."value", '$[0]')) as "text", case when kept.id is null then coalesce(json_extract("row"."value", '$[1]'), CURRENT_TIMESTAMP)
                else kept.created_at end as "created" from json_each(?) as "row" left join "agent_messages" as "kept" on "kept"."id" = json_extract("row"."value", '$[2]') order by "row"."key";
-- :session, :rows

-- expectLast
insert into "agent_messages" ("session_id", "message_data") select ? as "session", NULL as "text" from (select max("id") as "id" from "agent_messages" where "session_id" = ?) as "last" where coalesce(last.id, 0) != ?;
-- :session, :session, :last

-- deleteLatest
delete from "agent_messages" where "id" = (select "id" from "agent_messages" where "session_id" = ? order by "id" desc limit ?) returning "id", "message_data";
-- :session, 1

-- deleteFrom
delete from "agent_messages" where "session_id" = ? and "id" >= ?;
-- :session, :first

-- deleteBetween
delete from "agent_messages" where "session_id" = ? and "id" >= ? and "id" <= ?;
-- :session, :first, :last

-- deleteSession
delete from "agent_sessions" where "session_id" = ?;
-- :session

-- insertOperation
insert into "agent_sessions_operations" ("session_id", "operation_id", "digest") values (?, ?, ?);
-- :session, :operation, :digest

-- readOperation
select "digest" from "agent_sessions_operations" where "session_id" = ? and "operation_id" = ?;
-- :session, :operation

-- getSummary
select "page".*, (select count(*) as "count" from "agent_messages" as "m" where "m"."session_id" = "page"."session_id") as "item_count" from (select "s"."session_id", "s"."created_at", coalesce(cast(s.updated_at as text), '') as "updated_at", coalesce(((select max("m"."id") as "id" from "agent_messages" as "m" where "m"."session_id" = "s"."session_id")), 0) as "last_row_id" from "agent_sessions" as "s" where "s"."session_id" = ?) as "page" order by "page"."updated_at" desc, "page"."last_row_id" desc, "page"."session_id" desc;
-- :session

-- listSummaries
select "page".*, (select count(*) as "count" from "agent_messages" as "m" where "m"."session_id" = "page"."session_id") as "item_count" from (select "s"."session_id", "s"."created_at", coalesce(cast(s.updated_at as text), '') as "updated_at", coalesce(((select max("m"."id") as "id" from "agent_messages" as "m" where "m"."session_id" = "s"."session_id")), 0) as "last_row_id" from "agent_sessions" as "s" where coalesce(cast(s.updated_at as text), '') >= coalesce(((select coalesce(cast(s.updated_at as text), '') as "updated_at" from "agent_sessions" as "s" where ? is null or coalesce(cast(s.updated_at as text), '') < ? order by coalesce(cast(s.updated_at as text), '') desc limit ? offset ? - 1)), '') and (? is null or (coalesce(cast(s.updated_at as text), ''), coalesce(((select max("m"."id") as "id" from "agent_messages" as "m" where "m"."session_id" = "s"."session_id")), 0), s.session_id) < (?, ?, ?)) order by coalesce(cast(s.updated_at as text), '') desc, "last_row_id" desc, "s"."session_id" desc limit ?) as "page" order by "page"."updated_at" desc, "page"."last_row_id" desc, "page"."session_id" desc;
-- :updated, :updated, 1, :limit, :updated, :updated, :row, :session, :limit

-- forkSession
insert into "agent_sessions" ("session_id") select ? as "target" from "agent_sessions" where "session_id" = ?;
-- :target, :session

-- getRow
select "id" from "agent_messages" where "session_id" = ? and "id" = ?;
-- :session, :row

-- expectRow
insert into "agent_messages" ("session_id", "message_data") select ? as "session", NULL as "text" where not exists (select "id" from "agent_messages" where "session_id" = ? and "id" = ?);
-- :session, :session, :row

-- copyItems
insert into "agent_messages" ("session_id", "message_data", "created_at") select ? as "target", "message_data", "created_at" from "agent_messages" where "session_id" = ? and "id" <= ? and "session_id" in (select "session_id" from "agent_sessions") order by "id";
-- :target, :session, :through

-- insertFewTexts
insert into "agent_messages" ("session_id", "message_data") values (?, ?), (?, ?);
-- :session, :first, :session, :second
