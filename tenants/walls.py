"""Raising the database's own walls around tenant tables, from migrations.

For every tenant table: row-level security, forced; one policy for the application role that
raises when no tenant is set; one read policy for support; `(tenant_id, id)` unique, and every
foreign key between tenant tables doubled by a composite one, because row-level security does
not look at foreign keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.apps.registry import Apps
from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython
from django.db.migrations.state import ProjectState

APP_ROLE = "tieout_app"
SUPPORT_ROLE = "tieout_support"


def raise_walls(
    app_label: str,
    *,
    append_only: Sequence[str] = (),
    update_only: dict[str, Sequence[str]] | None = None,
    hidden_from_support: dict[str, Sequence[str]] | None = None,
) -> RunPython:
    """A migration operation that walls every tenant model of `app_label`.

    `append_only` models may never be changed or deleted by the application; `update_only`
    ones may change just the named columns. `hidden_from_support` names columns support never
    reads; an empty list hides the whole table. Safe to repeat after new models are added.
    """
    plan = _Plan(app_label, append_only, update_only or {}, hidden_from_support or {})
    return _Walling(plan.apply, RunPython.noop)


class _Walling(RunPython):
    """Takes the models as they are at hand, told by their tables and columns only.

    Django would first make every model of every app anew, because some may still lead to an
    earlier form of a model two steps away: a fifth of the time that an empty database takes.
    """

    def database_forwards(
        self,
        app_label: str,  # noqa: ARG002 Django's signature
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,  # noqa: ARG002
    ) -> None:
        self.code(from_state.apps, schema_editor)


class _Plan:
    def __init__(
        self,
        app_label: str,
        append_only: Sequence[str],
        update_only: dict[str, Sequence[str]],
        hidden: dict[str, Sequence[str]],
    ) -> None:
        self.app_label = app_label
        self.append_only = append_only
        self.update_only = update_only
        self.hidden = hidden

    def apply(self, apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        found = list(apps.get_app_config(self.app_label).get_models())
        tenant_models = [model for model in found if is_tenant_model(model)]
        for model in tenant_models:
            for statement in self._statements(model):
                editor.execute(statement)
        for model in tenant_models:
            for statement in _composite_keys(model):
                editor.execute(statement)

    def _statements(self, model: type[models.Model]) -> Iterator[str]:
        table = model._meta.db_table
        name = model.__name__
        yield from _row_level_security(table)
        if name in self.append_only:
            yield f"REVOKE UPDATE, DELETE ON {table} FROM {APP_ROLE}"
        if name in self.update_only:
            columns = ", ".join(self.update_only[name])
            yield f"REVOKE UPDATE, DELETE ON {table} FROM {APP_ROLE}"
            yield f"GRANT UPDATE ({columns}) ON {table} TO {APP_ROLE}"
        yield from self._support(model, table, name)

    def _support(self, model: type[models.Model], table: str, name: str) -> Iterator[str]:
        yield f"REVOKE ALL ON {table} FROM {SUPPORT_ROLE}"
        if name not in self.hidden:
            yield f"GRANT SELECT ON {table} TO {SUPPORT_ROLE}"
        elif self.hidden[name]:
            kept = [
                f.column
                for f in model._meta.local_fields
                if f.column and f.column not in self.hidden[name]
            ]
            yield f"GRANT SELECT ({', '.join(kept)}) ON {table} TO {SUPPORT_ROLE}"


def is_tenant_model(model: type[models.Model]) -> bool:
    """A model with a UUID id and a tenant: everything but the directory tables."""
    names = {field.name for field in model._meta.local_fields}
    return "tenant" in names and model.__name__ not in DIRECTORY


DIRECTORY = frozenset({
    "Membership", "Invitation", "ApiKey", "HookToken", "AgentToken", "PayToken", "DueWork",
    "DueNotice",
})  # fmt: skip


def support_may_read(
    app_label: str, models: Sequence[str], *, hidden: dict[str, Sequence[str]] | None = None
) -> RunPython:
    """Let support read these directory tables, without the columns in `hidden`."""

    def grant(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        for name in models:
            model = apps.get_model(app_label, name)
            secret = (hidden or {}).get(name, ())
            fields = model._meta.local_fields
            kept = [f.column for f in fields if f.column and f.column not in secret]
            columns, table = ", ".join(kept), model._meta.db_table
            editor.execute(f"GRANT SELECT ({columns}) ON {table} TO {SUPPORT_ROLE}")

    code: Callable[[Any, Any], None] = grant
    return _Walling(code, RunPython.noop)


def _row_level_security(table: str) -> Iterator[str]:
    mine = "tenant_id = (SELECT current_setting('tieout.tenant')::uuid)"
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
    yield f"DROP POLICY IF EXISTS tenant_wall ON {table}"
    yield f"CREATE POLICY tenant_wall ON {table} TO {APP_ROLE} USING ({mine}) WITH CHECK ({mine})"
    yield f"DROP POLICY IF EXISTS support_reads ON {table}"
    yield f"CREATE POLICY support_reads ON {table} FOR SELECT TO {SUPPORT_ROLE} USING (true)"
    yield _add_constraint(table, f"{table}_tenant_id_key", "UNIQUE (tenant_id, id)")


def _composite_keys(model: type[models.Model]) -> Iterator[str]:
    table = model._meta.db_table
    for field in model._meta.local_fields:
        target = field.remote_field.model if isinstance(field, models.ForeignKey) else None
        if target is None or field.name == "tenant" or not is_tenant_model(target):
            continue
        name = f"{table}_{field.column}_same_tenant"
        yield _add_constraint(
            table,
            name,
            f"FOREIGN KEY (tenant_id, {field.column}) "
            f"REFERENCES {target._meta.db_table} (tenant_id, id) DEFERRABLE INITIALLY DEFERRED",
        )


def _add_constraint(table: str, name: str, definition: str) -> str:
    return (  # names come from the models, never from a person
        f"DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = '{name}') "  # noqa: S608
        f"THEN ALTER TABLE {table} ADD CONSTRAINT {name} {definition}; END IF; END $$"
    )
