"""The triggers that guard and stamp a table, as SQL of either database.

On PostgreSQL they are ENABLE ALWAYS, so `session_replication_role` does not switch them off. SQLite has no TRUNCATE and
no roles: whoever owns the file can drop a trigger, and only the chain and the head outside the file tell of it.
"""

from typing import Final

REFUSAL: Final = "this table is append-only"

PG_REFUSE: Final = f"""
CREATE OR REPLACE FUNCTION fairlead_refuse_rewrite() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: {REFUSAL}', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""
# SECURITY DEFINER: the application's role needs no right to the sequence, so it cannot reset it.
PG_STAMP: Final = """
CREATE OR REPLACE FUNCTION {table}_stamp() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    NEW.seq := nextval('{table}_server_seq');
    {times}
    RETURN NEW;
END $$
"""
PG_TIMES: Final = """
    NEW.txid := pg_current_xact_id()::text::bigint;
    NEW.recorded_at := clock_timestamp();
"""
# A SQLite trigger cannot alter NEW, so the row is stamped just after; the guard lets exactly an unstamped row pass.
# One writer at a time: the number itself is the transaction order.
SQLITE_STAMP: Final = """
CREATE TRIGGER {table}_stamp AFTER INSERT ON {table} BEGIN
    UPDATE {table} SET seq = (SELECT COALESCE(MAX(seq), 0) + 1 FROM {table}){times} WHERE id = NEW.id;
END
"""
SQLITE_TIMES: Final = """,
        txid = (SELECT COALESCE(MAX(seq), 0) + 1 FROM {table}), recorded_at = strftime('%Y-%m-%d %H:%M:%f', 'now')"""


def guard(vendor: str, table: str, *, stamped: bool) -> list[str]:
    """Return the statements that make the table append-only; a second time they change nothing."""
    drop = drop_guard(vendor, table)
    if vendor == "postgresql":
        return [
            PG_REFUSE,
            *drop,
            f"CREATE TRIGGER {table}_no_rewrite BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION fairlead_refuse_rewrite()",
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION fairlead_refuse_rewrite()",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_rewrite",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_truncate",
        ]
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table}: {REFUSAL}'); END"
    unless_new = "WHEN OLD.seq IS NOT NULL" if stamped else ""
    return [
        *drop,
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {unless_new} {refuse}",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}",
    ]


def drop_guard(vendor: str, table: str) -> list[str]:
    """Return the statements that take the guard away."""
    if vendor == "postgresql":
        return [f"DROP TRIGGER IF EXISTS {name} ON {table}" for name in guard_names(vendor, table)]
    return [f"DROP TRIGGER IF EXISTS {name}" for name in guard_names(vendor, table)]


def guard_names(vendor: str, table: str) -> list[str]:
    """Return the names of the guard's triggers."""
    kinds = ("no_rewrite", "no_truncate") if vendor == "postgresql" else ("no_update", "no_delete")
    return [f"{table}_{kind}" for kind in kinds]


def stamp(vendor: str, table: str, *, times: bool) -> list[str]:
    """Return the statements that let the server number the rows and, with `times`, note transaction and time."""
    if vendor == "postgresql":
        return [
            f"CREATE SEQUENCE IF NOT EXISTS {table}_server_seq",
            PG_STAMP.format(table=table, times=PG_TIMES if times else ""),
            f"DROP TRIGGER IF EXISTS {table}_stamp ON {table}",
            f"CREATE TRIGGER {table}_stamp BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_stamp()",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_stamp",
        ]
    noted = SQLITE_TIMES.format(table=table) if times else ""
    return [f"DROP TRIGGER IF EXISTS {table}_stamp", SQLITE_STAMP.format(table=table, times=noted)]


def drop_stamp(vendor: str, table: str) -> list[str]:
    """Return the statements that take the stamp away."""
    if vendor == "postgresql":
        return [
            f"DROP TRIGGER IF EXISTS {table}_stamp ON {table}",
            f"DROP FUNCTION IF EXISTS {table}_stamp()",
            f"DROP SEQUENCE IF EXISTS {table}_server_seq",
        ]
    return [f"DROP TRIGGER IF EXISTS {table}_stamp"]
