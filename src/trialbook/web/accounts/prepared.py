"""Queries of Django's ORM that are written once and asked again with other values: two come before every page."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from django.db import connection, models

M = TypeVar("M", bound=models.Model)


class Prepared(Generic[M]):
    """Finds at most one row by a unique key; the statement is written by the ORM when it is first asked."""

    def __init__(self, model: type[M]) -> None:
        self._model = model
        self._written: dict[tuple[str, ...], Written[M]] = {}

    def first(self, **wanted: object) -> M | None:
        """Return the row, None where there is none; lookups are those of `filter`."""
        key = (connection.vendor, *wanted)
        if key not in self._written:
            self._written[key] = Written(self._model, wanted)
        return self._written[key].first(wanted)


class Written(Generic[M]):
    """One statement, for one kind of database."""

    def __init__(self, model: type[M], wanted: dict[str, object]) -> None:
        table, base = model._meta, model._base_manager  # noqa: SLF001 - Django's names for what is public
        query = base.filter(**wanted).query
        compiler: Any = query.get_compiler(connection=connection)
        self._model = model
        self._statement: str = compiler.as_sql()[0]
        self._fields = [field.attname for field in table.concrete_fields]
        self._readers = compiler.get_converters([column for column, *_ in compiler.select])
        self._apply = compiler.apply_converters
        # Django sorts what is asked for by name
        self._asked = [(name, table.get_field(name.partition("__")[0])) for name in sorted(wanted)]

    def first(self, wanted: dict[str, object]) -> M | None:
        """Ask with these values."""
        values = [field.get_db_prep_value(wanted[name], connection) for name, field in self._asked]  # type: ignore[union-attr]  # fields of the table itself
        with connection.cursor() as cursor:
            cursor.execute(self._statement, values)
            row = cursor.fetchone()
        if row is None:
            return None
        (read,) = self._apply([row], self._readers) if self._readers else [row]
        return self._model.from_db(connection.alias, self._fields, read)
