# python3 with sqlite3: transactions, indexes, rollbacks, files with a journal and with WAL, blobs, functions.
exec python3 - <<'END'
import os, sqlite3, tempfile
with tempfile.TemporaryDirectory() as directory:
    for mode in ("delete", "wal"):
        path = os.path.join(directory, mode + ".db")
        db = sqlite3.connect(path)
        print(db.execute(f"pragma journal_mode={mode}").fetchone())
        db.execute("create table t (id integer primary key, name text, value real, data blob)")
        with db:
            db.executemany("insert into t (name, value, data) values (?, ?, ?)", ((f"n{i}", i * 1.5, bytes([i % 256])) for i in range(5000)))
        db.execute("create index by_name on t (name)")
        try:
            with db:
                db.execute("delete from t")
                raise RuntimeError
        except RuntimeError:
            pass
        print(db.execute("select count(*), sum(value), max(name) from t").fetchone())
        other = sqlite3.connect(path, timeout=0.1)
        db.execute("begin immediate")
        try:
            other.execute("begin immediate")
        except sqlite3.OperationalError as error:
            print(error)
        db.rollback()
        db.create_function("twice", 1, lambda x: x * 2)
        print(db.execute("select twice(value) from t where name = 'n77'").fetchone(), db.execute("pragma integrity_check").fetchone())
        other.close()
        db.close()
        print(sorted(os.listdir(directory)))
END
