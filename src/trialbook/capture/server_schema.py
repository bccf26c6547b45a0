"""The schema of a ledger in PostgreSQL: its tables, the triggers that keep entries, and who may do what.

The owner of the tables is not who writes: the writer may read and append, and nothing else. Row level security says
the same a second time, so that a right granted by mistake opens nothing. Readers of single sites, such as a data
warehouse, see the entries of these sites alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import Connection

from trialbook.capture.ledger import SEALED
from trialbook.capture.store import NAMES, REQUIRED, WHOLE_NUMBERS

VERSION = 1
"""Number of the last step of the schema."""

SCHEMA = "ledger"
PEOPLE_SCHEMA = "people"
"""Where the site keeps its accounts; the tables in it belong to the writer."""

SEARCHED = "pg_catalog, pg_temp"
"""Where the functions look for what they name: nowhere that somebody else may write."""

KEPT_WHEN_ERASED = tuple(name for name in NAMES if name not in SEALED)

CHECKS: Mapping[str, str] = MappingProxyType(
    {
        "seq": "PRIMARY KEY CHECK (seq >= 1)",
        "version": "CHECK (version >= 1)",
        "at": "CHECK (length(at) = 27)",
        "by": "CHECK (\"by\" <> '')",
        "about": "CHECK (about < seq)",
        **{name: f"CHECK ({name} <> '')" for name in ("request", "act")},
        **{name: f"CHECK ({name} <> '')" for name in ("participant", "visit", "form", "repeat", "item")},
        **{name: f"CHECK (length({name}) = 64)" for name in ("content", "previous", "hash")},
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Routine:
    """A function of the database, kept by its owner."""

    name: str
    takes: str
    gives: str
    body: str
    is_owners: bool = False
    """Runs with the rights of the owner, whoever calls it."""

    @property
    def statement(self) -> str:
        """The words that make it."""
        whose = "SECURITY DEFINER" if self.is_owners else "SECURITY INVOKER"
        return (
            f"CREATE OR REPLACE FUNCTION {SCHEMA}.{self.name}({self.takes}) RETURNS {self.gives} LANGUAGE plpgsql "
            f"{whose} SET search_path = {SEARCHED} AS $$ {self.body} $$"
        )


FOLLOWS = Routine(
    name="entry_follows",
    takes="",
    gives="trigger",
    body="""
DECLARE last record;
BEGIN
  SELECT seq, hash INTO last FROM ledger.entry ORDER BY seq DESC LIMIT 1;
  IF NEW.seq <> coalesce(last.seq, 0) + 1 OR NEW.previous <> coalesce(last.hash, repeat('0', 64)) THEN
    RAISE EXCEPTION 'an entry follows the last one, and takes the place of none';
  END IF;
  RETURN NEW;
END""",
    is_owners=True,
)
UNCHANGED = Routine(
    name="entry_unchanged",
    takes="",
    gives="trigger",
    body=f"""
BEGIN
  IF NOT EXISTS (SELECT 1 FROM ledger.entry WHERE act = 'erase' AND about = OLD.seq)
    OR coalesce({", ".join(f"NEW.{name}" for name in SEALED)}) IS NOT NULL
    OR {" OR ".join(f'NEW."{name}" IS DISTINCT FROM OLD."{name}"' for name in KEPT_WHEN_ERASED)} THEN
    RAISE EXCEPTION 'an entry is never changed, but for its words being erased by an act';
  END IF;
  RETURN NEW;
END""",
    is_owners=True,
)
UNDELETED = Routine(
    name="entry_undeleted",
    takes="",
    gives="trigger",
    body="\nBEGIN RAISE EXCEPTION 'an entry is never deleted'; END",
)
LOCK = Routine(
    name="lock_head",
    takes="",
    gives="void",
    body=f"\nBEGIN PERFORM 1 FROM {SCHEMA}.head FOR UPDATE; END",
    is_owners=True,
)
ERASE = Routine(
    name="erase_words",
    takes="numbers bigint[]",
    gives="void",
    body=f"\nBEGIN UPDATE {SCHEMA}.entry SET {', '.join(f'{name} = NULL' for name in SEALED)} "
    "WHERE seq = ANY (numbers); END",
    is_owners=True,
)
ROUTINES = (FOLLOWS, UNCHANGED, UNDELETED, LOCK, ERASE)

TRIGGERS: Mapping[str, str] = MappingProxyType(
    {
        "entry_follows": "BEFORE INSERT ON ledger.entry FOR EACH ROW EXECUTE FUNCTION ledger.entry_follows()",
        "entry_unchanged": "BEFORE UPDATE ON ledger.entry FOR EACH ROW EXECUTE FUNCTION ledger.entry_unchanged()",
        "entry_undeleted": "BEFORE DELETE ON ledger.entry FOR EACH ROW EXECUTE FUNCTION ledger.entry_undeleted()",
        "entry_kept": "BEFORE TRUNCATE ON ledger.entry FOR EACH STATEMENT EXECUTE FUNCTION ledger.entry_undeleted()",
    }
)
POLICIES: Mapping[str, str] = MappingProxyType(
    {
        "writer_reads": "FOR SELECT TO {writer} USING (true)",
        "writer_appends": "FOR INSERT TO {writer} WITH CHECK (true)",
        "reader_reads": "FOR SELECT TO PUBLIC USING (EXISTS (SELECT 1 FROM ledger.reader AS own "
        "WHERE own.role = current_user AND (own.site IS NULL OR own.site = entry.site)))",
    }
)
OWN_SITE = (
    "(EXISTS ( SELECT 1 FROM reader own WHERE ((own.role = CURRENT_USER) AND "
    "((own.site IS NULL) OR (own.site = entry.site)))))"
)
AS_KEPT: Mapping[str, tuple[str | None, ...]] = MappingProxyType(
    {
        "writer_reads": ("PERMISSIVE", "SELECT", "1", "False", "true", None),
        "writer_appends": ("PERMISSIVE", "INSERT", "1", "False", None, "true"),
        "reader_reads": ("PERMISSIVE", "SELECT", "1", "True", OWN_SITE, None),
    }
)
"""Policy -> how the database tells it: its kind, for which statements, for how many roles, whether for all; which rows
it shows and which it takes."""
INDEXES = (
    "CREATE INDEX entry_cell ON ledger.entry (participant, visit, form, repeat, item, seq DESC)",
    "CREATE INDEX entry_request ON ledger.entry (request)",
    "CREATE INDEX entry_wide ON ledger.entry (seq) WHERE item IS NULL",
)


def table_words() -> str:
    """Return the words that make the table of entries: texts compare by their bytes, as in SQLite."""
    return f"CREATE TABLE {SCHEMA}.entry ({', '.join(column_words(name) for name in NAMES)})"


def column_words(name: str) -> str:
    """Return the words that make one column."""
    kind = "bigint" if name in WHOLE_NUMBERS else 'text COLLATE "C"'
    needed = "NOT NULL" if name in REQUIRED else ""
    return " ".join(part for part in (f'"{name}"', kind, needed, CHECKS.get(name, "")) if part)


def statements(writer: str) -> Sequence[str]:
    """Return everything that makes the schema for a writer, whose name is quoted already."""
    return (
        f"CREATE SCHEMA {SCHEMA}",
        table_words(),
        *INDEXES,
        f"CREATE TABLE {SCHEMA}.head (only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one))",
        f"INSERT INTO {SCHEMA}.head DEFAULT VALUES",
        f"CREATE TABLE {SCHEMA}.step (number integer PRIMARY KEY, made_at timestamptz NOT NULL DEFAULT now())",
        f"INSERT INTO {SCHEMA}.step (number) VALUES ({VERSION})",
        f"CREATE TABLE {SCHEMA}.reader (role name NOT NULL, site text)",
        *(routine.statement for routine in ROUTINES),
        *(f"CREATE TRIGGER {name} {words}" for name, words in TRIGGERS.items()),
        *(
            f"REVOKE ALL ON FUNCTION {SCHEMA}.{one.name}({one.takes.rpartition(' ')[2]}) FROM PUBLIC"
            for one in ROUTINES
        ),
        f"ALTER TABLE {SCHEMA}.entry ENABLE ROW LEVEL SECURITY",
        *(f"CREATE POLICY {name} ON {SCHEMA}.entry {words.format(writer=writer)}" for name, words in POLICIES.items()),
        f"GRANT USAGE ON SCHEMA {SCHEMA} TO {writer}",
        f"GRANT SELECT, INSERT ON {SCHEMA}.entry TO {writer}",
        f"GRANT SELECT ON {SCHEMA}.step, {SCHEMA}.reader TO {writer}",
        f"GRANT EXECUTE ON FUNCTION {SCHEMA}.lock_head(), {SCHEMA}.erase_words(bigint[]) TO {writer}",
        f"CREATE SCHEMA IF NOT EXISTS {PEOPLE_SCHEMA}",
        f"GRANT CREATE, USAGE ON SCHEMA {PEOPLE_SCHEMA} TO {writer}",
    )


def reader_statements(reader: str) -> Sequence[str]:
    """Return what lets a role, whose name is quoted already, read entries; of which sites says `ledger.reader`."""
    return (
        f"GRANT USAGE ON SCHEMA {SCHEMA} TO {reader}",
        f"GRANT SELECT ON {SCHEMA}.entry, {SCHEMA}.reader TO {reader}",
    )


# ---- what is found ----------------------------------------------------------------------------------------------


def version_of(connection: Connection) -> int | None:
    """Return the number of the last step that the database has seen, None where it holds no ledger."""
    if connection.exec_driver_sql(f"SELECT to_regclass('{SCHEMA}.step')").scalar() is None:
        return None
    return int(connection.exec_driver_sql(f"SELECT max(number) FROM {SCHEMA}.step").scalar() or 0)


def guard_differences(connection: Connection) -> list[str]:
    """Say which guards of the entries are missing, switched off or changed, and what the writer may do too much."""
    return [
        *_columns_wrong(connection),
        *_triggers_wrong(connection),
        *_routines_wrong(connection),
        *_policies_wrong(connection),
        *_rights_wrong(connection),
    ]


def _columns_wrong(connection: Connection) -> list[str]:
    rows = connection.exec_driver_sql(
        "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass('ledger.entry') AND attnum > 0 "
        "AND NOT attisdropped"
    )
    here, there = {str(row[0]) for row in rows}, set(NAMES)
    return [f"column {name} is missing" for name in sorted(there - here)] + [
        f"column {name} was added" for name in sorted(here - there)
    ]


def _triggers_wrong(connection: Connection) -> list[str]:
    rows = connection.exec_driver_sql(
        "SELECT tgname, tgenabled::text, pronamespace = to_regnamespace('ledger'), pg_get_triggerdef(t.oid) "
        "FROM pg_trigger t JOIN pg_proc p ON p.oid = tgfoid "
        "WHERE tgrelid = to_regclass('ledger.entry') AND NOT tgisinternal"
    )
    found = {str(name): (str(state), bool(is_ours), _bare(words)) for name, state, is_ours, words in rows}
    missing = [f"trigger {name} is missing" for name in TRIGGERS if name not in found]
    there = [(name, *found[name]) for name in TRIGGERS if name in found]
    off = [f"trigger {name} is switched off" for name, state, _, _ in there if state != "O"]
    changed = [
        f"trigger {name} was changed"
        for name, _, is_ours, words in there
        if not is_ours or words != _bare(f"CREATE TRIGGER {name} {TRIGGERS[name]}")
    ]
    return missing + off + changed + [f"trigger {name} was added" for name in sorted(set(found) - set(TRIGGERS))]


def _bare(words: object) -> str:
    """Return words of the database in one way of writing: with single blanks, and without the name of our schema.

    The database leaves that name out where it would find the same without it.
    """
    return " ".join(str(words).replace(f"{SCHEMA}.", "").split())


def _routines_wrong(connection: Connection) -> list[str]:
    rows = connection.exec_driver_sql(
        "SELECT proname, pg_get_function_identity_arguments(oid), prosrc, prosecdef, array_to_string(proconfig, ';') "
        "FROM pg_proc WHERE pronamespace = to_regnamespace('ledger')"
    )
    found = {(str(name), str(takes)): (str(body).strip(), bool(owns), path) for name, takes, body, owns, path in rows}
    wanted = {(one.name, one.takes): (one.body.strip(), one.is_owners, f"search_path={SEARCHED}") for one in ROUTINES}
    missing = [f"function {name} is missing" for name, takes in wanted if (name, takes) not in found]
    changed = [f"function {one[0]} was changed" for one, made in wanted.items() if found.get(one, made) != made]
    return missing + changed


def _policies_wrong(connection: Connection) -> list[str]:
    is_on = connection.exec_driver_sql(
        "SELECT relrowsecurity FROM pg_class WHERE oid = to_regclass('ledger.entry')"
    ).scalar()
    rows = connection.exec_driver_sql(
        "SELECT policyname, permissive, cmd, array_length(roles, 1), 'public' = ANY (roles), qual, with_check "
        "FROM pg_policies WHERE schemaname = 'ledger' AND tablename = 'entry'"
    )
    found = {str(name): tuple(None if one is None else _bare(one) for one in rest) for name, *rest in rows}
    here, there = set(found), set(POLICIES)
    off = [] if is_on else ["row level security is switched off"]
    missing = [f"policy {name} is missing" for name in sorted(there - here)]
    changed = [f"policy {name} was changed" for name in sorted(here & there) if found[name] != AS_KEPT[name]]
    return off + missing + changed + [f"policy {name} was added" for name in sorted(here - there)]


def _rights_wrong(connection: Connection) -> list[str]:
    """Say what whoever is connected may do beyond reading and appending."""
    may = [
        right.lower()
        for right in ("UPDATE", "DELETE", "TRUNCATE", "TRIGGER", "REFERENCES")
        if connection.exec_driver_sql(f"SELECT has_table_privilege('ledger.entry', '{right}')").scalar()
    ]
    is_above = connection.exec_driver_sql(
        "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
    ).scalar()
    above = ["the role that writes is a superuser or bypasses row level security"] if is_above else []
    return above or [f"the role that writes has the right to {right} entries" for right in may]
