"""Where the site keeps accounts, sessions and its logs: in a file beside the ledger, or in the ledger's database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

LASTS = 600
"""Seconds that a connection to a server is kept for further requests of its thread."""

MIGRATING = 7_236_901
"""Number of the lock that whoever brings the tables up to date holds."""


def accounts_in(store: str, file: Path | str) -> dict[str, Any]:
    """Return Django's settings of the database of accounts."""
    if not store:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": file,
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


def keep_lines(editor: Any, table: str, words: str) -> None:  # noqa: ANN401 - Django's schema editor
    """Let PostgreSQL refuse to change, delete or empty a table of a log; `words` say what it is."""
    name = f"{table}_kept"
    editor.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{words} is never changed or deleted'; END $$"
    )
    editor.execute(f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
    editor.execute(
        f"CREATE TRIGGER {name}_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
    )
