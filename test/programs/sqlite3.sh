# The sqlite3 shell: schema, queries, transactions, triggers, full-text search, dump and restore.
set -eu
sqlite3 db <<'END'
pragma journal_mode = wal;
create table people (id integer primary key, name text unique, age int check (age > 0));
insert into people (name, age) values ('Ann', 30), ('Bob', 25), ('Cid', 35);
create table log (what text);
create trigger t after update on people begin insert into log values (old.name || ' ' || old.age || '->' || new.age); end;
begin; update people set age = age + 1 where name <> 'Bob'; rollback;
begin; update people set age = age + 1 where name = 'Bob'; commit;
select * from people order by age; select * from log;
with recursive n(x) as (select 1 union all select x + 1 from n where x < 100000) select sum(x), count(*) from n;
create virtual table docs using fts5(body); insert into docs values ('the quick fox'), ('lazy dog'); select body from docs where docs match 'fox';
select json_extract('{"a": [1, 2]}', '$.a[1]'), upper('x'), round(2.5), strftime('%Y', 0, 'unixepoch');
explain query plan select * from people where name = 'Ann';
END
sqlite3 db "insert into people (name, age) values ('Ann', 1)" 2>/dev/null || echo "unique: $?"
sqlite3 db .dump | sqlite3 copy; sqlite3 copy 'select count(*) from people; pragma integrity_check'
sqlite3 -csv -header db 'select name, age from people order by name'
(sqlite3 db 'begin immediate; select 1; insert into log values (1); commit;' & wait); sqlite3 db 'vacuum; select count(*) from log'
