"""Where the site keeps accounts, sessions and its logs: in a file beside the ledger, or in the ledger's database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

LASTS = 600
"""Seconds that a connection is kept for further requests of its thread.

To open a file takes longer than to read an account, and whoever closes it last empties the log beside it.
"""

MIGRATING = 7_236_901
"""Number of the lock that whoever brings the tables up to date holds."""


def accounts_in(store: str, file: Path | str) -> dict[str, Any]:
    """Return Django's settings of the database of accounts."""
    if not store:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": file,
            "CONN_MAX_AGE": LASTS,
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            },
        }
    from trialbook.capture.server import parts_of
    from trialbook.capture.server_schema import PEOPLE_SCHEMA

    parts = parts_of(store)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "CONN_MAX_AGE": LASTS,
        # a connection that the server has closed is made anew before a request uses it
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 10,
            "application_name": "trialbook accounts",
            **parts,
            "options": f"-c search_path={PEOPLE_SCHEMA} -c lock_timeout=20000",
        },
    }


def has_table(name: str) -> bool:
    """Tell whether the database of accounts has a table: a study without a site has none."""
    from django.db import connection

    return name in connection.introspection.table_names()


@contextmanager
def alone() -> Iterator[None]:
    """Let only one process at a time bring the tables of accounts up to date."""
    from django.db import connection

    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATING])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATING])


@contextmanager
def held_still() -> Iterator[None]:
    """Read the database of accounts as it is at one moment, until the `with` ends."""
    from django.db import connection, transaction

    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def keep_lines(editor: Any, table: str, words: str) -> None:  # noqa: ANN401 - Django's schema editor
    """Let the database itself refuse to change or delete a line of a log; `words` say what it is."""
    of_vendor = server_guards if editor.connection.vendor == "postgresql" else file_guards
    for statement in of_vendor(table, words):
        editor.execute(statement)


def file_guards(table: str, words: str) -> tuple[str, ...]:
    """Return the triggers for SQLite, whose INSERT OR REPLACE would slip past the second."""
    the_same = f"SELECT 1 FROM {table} WHERE id = NEW.id"  # noqa: S608 - a table of our own
    return tuple(
        f"CREATE TRIGGER {table}_no_{name} BEFORE {doing} ON {table} {where}"
        f"BEGIN SELECT RAISE(ABORT, '{words} is never {done}'); END"
        for name, doing, where, done in (
            ("update", "UPDATE", "", "changed"),
            ("delete", "DELETE", "", "deleted"),
            ("replace", "INSERT", f"WHEN EXISTS ({the_same}) ", "replaced"),
        )
    )


def server_guards(table: str, words: str) -> tuple[str, ...]:
    """Return the function and the triggers for PostgreSQL; a table can be emptied there, too."""
    name = f"{table}_kept"
    refusal = f"$$ BEGIN RAISE EXCEPTION '{words} is never changed or deleted'; END $$"
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS {refusal}",
        f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
        f"CREATE TRIGGER {name}_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {name}()",
    )
