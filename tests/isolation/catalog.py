"""What PostgreSQL itself says about its walls: each check gives what is wrong, in sentences.

Used on the portal's database and on ones with a wall torn down, where it has to say so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import psycopg
from django.db.models import Model

from portal.launch.databases import APP, MIGRATOR, SUPPORT
from tenants.tenant_model import TenantModel

# Read before a company is known: ids, hashes and roles, never money (tenants/models/).
DIRECTORY = frozenset({
    "tenants_membership", "tenants_invitation", "tenants_apikey", "tenants_hooktoken",
    "tenants_duework", "tenants_duenotice", "tenants_agenttoken", "tenants_paytoken",
})  # fmt: skip
# What support never reads; an empty tuple is the whole table.
SECRET = {
    "tenants_user": ("password",),
    "tenants_invitation": ("token_hash",),
    "tenants_apikey": ("key_hash",),
    "tenants_hooktoken": (),
    "tenants_agenttoken": (),
    "tenants_paytoken": (),
    "tenants_datakey": (),
    "tenants_apianswer": (),
    "tenants_logincounter": (),
    "connections_connectionsecret": (),
    "connections_accesstoken": (),
    "connections_calibration": ("snapshot",),
    "connections_calibrationstep": ("keyed", "observation", "differences"),
    "connections_agentjob": ("about", "answer", "body", "signature"),
    "events_noticekey": (),
    "events_inboundnotice": ("body", "body_hmac"),
    "events_gatewayfact": ("details",),
    "posting_effect": ("payload",),
    "connections_worksheetentry": ("request", "kept"),
    "posting_postingattempt": ("evidence",),
    "workflows_steprun": ("input", "output"),
    "exceptions_exceptioncase": ("evidence",),
    "instructions_instruction": ("request",),
    "instructions_instructionattempt": ("evidence",),
    "instructions_paymentlink": ("page_address",),
    "django_session": (),
    "cache_entries": (),
}
# The application adds rows here and never changes or removes one, but for the named columns.
APPEND_ONLY = {
    "tenants_auditevent": (),
    "accounting_glruleversion": (),
    "mapping_mappingversion": (),
    "connections_profileversion": (),
    "connections_sitetest": (),
    "workflows_workflowversion": (),
    "workflows_workflowrun": (),
    "workflows_steprun": (),
    "events_contestdeadline": (),
    "events_depositpart": (),
    "events_heldamount": (),
    "events_gatewayfact": (),
    "events_noticekey": (),
    "posting_ledgerentry": (),
    "posting_ledgerline": (),
    "connections_tablelayout": ("accepted_at", "accepted_by", "reason"),
    "connections_worksheetentry": (
        "state",
        "state_since",
        "problem",
        "confirmed_by",
        "confirmed_at",
        "receipt_keys",
        "marker",
        "payload_hash",
        "request",
        "deposit_date",
        "amount",
        "currency",
        "kind",
        "number",
        "kept",
    ),
    "events_inboundnotice": ("state", "transaction_id", "read_at", "sentence"),
    "posting_postingattempt": ("ended_at", "outcome", "sentence", "evidence"),
    "instructions_instruction": (
        "state",
        "state_since",
        "code",
        "sentence",
        "due_at",
        "fence",
        "lease_until",
        "decided_by",
        "decided_at",
        "reason",
        "result_id",
        "result",
        "plan_id",
        "told_sage",
        "sage_waits",
        "sage_due_at",
        "sage_seen_at",
    ),
    "instructions_flaggedlook": ("began_at", "after"),
    "instructions_instructionattempt": ("ended_at", "outcome", "sentence", "evidence"),
    "instructions_paymentlink": (
        "state",
        "state_since",
        "tries",
        "keeps",
        "instruction_id",
        "ended_by",
        "mail_due_at",
        "mailed_at",
        "page_address",
        "transaction_id",
    ),
}

Connection = psycopg.Connection[Any]
_WALL = "(tenant_id = ( SELECT (current_setting('tieout.tenant'::text))::uuid AS current_setting))"


def company_tables(connection: Connection) -> list[str]:
    """Every table with a `tenant_id` that is no directory table, as the database knows them."""
    rows = connection.execute(
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
        "WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace "
        "AND a.attname = 'tenant_id' AND NOT a.attisdropped ORDER BY 1"
    ).fetchall()
    return [row[0] for row in rows if row[0] not in DIRECTORY]


def without_walls(connection: Connection) -> list[str]:
    """Company tables whose row-level security is off, not forced, or opens too much."""
    return [wrong for table in company_tables(connection) for wrong in _faults(connection, table)]


def _faults(connection: Connection, table: str) -> Iterator[str]:
    row = connection.execute(
        "SELECT relrowsecurity, relforcerowsecurity FROM pg_class "
        "WHERE oid = %s::regclass", [f"public.{table}"]
    ).fetchone()  # fmt: skip
    if row != (True, True):
        yield f"{table}: row-level security is off or not forced"
    policies = connection.execute(
        "SELECT policyname, permissive, roles::text, cmd, qual, with_check FROM pg_policies "
        "WHERE schemaname = 'public' AND tablename = %s ORDER BY 1", [table]
    ).fetchall()  # fmt: skip
    wanted = [
        ("support_reads", "PERMISSIVE", f"{{{SUPPORT}}}", "SELECT", "true", None),
        ("tenant_wall", "PERMISSIVE", f"{{{APP}}}", "ALL", _WALL, _WALL),
    ]
    if policies != wanted:
        yield f"{table}: its policies are {policies}"


def leaky_views(connection: Connection) -> list[str]:
    """Views that read with their owner's eyes: row-level security does not see through them."""
    rows = connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
        "AND (relkind = 'm' OR relkind = 'v' "
        "AND NOT coalesce(reloptions @> '{security_invoker=true}', false)) ORDER BY 1"
    ).fetchall()
    return [f"{row[0]}: a view that walks through the walls" for row in rows]


def doors(connection: Connection) -> list[str]:
    """SECURITY DEFINER functions, and grants to everybody."""
    functions = connection.execute(
        "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef"
    ).fetchall()
    grants = connection.execute(
        "SELECT table_name FROM information_schema.role_table_grants "
        "WHERE table_schema = 'public' AND grantee = 'PUBLIC'"
    ).fetchall()
    return [f"{row[0]}: runs as its owner" for row in functions] + [
        f"{row[0]}: granted to everybody" for row in grants
    ]


def strong_roles(connection: Connection) -> list[str]:
    """What makes one of the two roles of the portal stronger than it may be."""
    rows = connection.execute(
        "SELECT r.rolname FROM pg_roles r WHERE r.rolname IN (%s, %s) AND ("
        "r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication "
        "OR EXISTS (SELECT 1 FROM pg_auth_members m WHERE m.member = r.oid) "
        "OR EXISTS (SELECT 1 FROM pg_class c WHERE c.relowner = r.oid) "
        "OR has_schema_privilege(r.rolname, 'public', 'CREATE'))",
        [APP, SUPPORT],
    ).fetchall()
    return [f"{row[0]}: is more than a role that reads and writes rows" for row in rows]


def single_keys(connection: Connection) -> list[str]:
    """Foreign keys between company tables that no composite `(tenant_id, …)` key doubles."""
    rows = connection.execute(
        """
        SELECT f.conrelid::regclass::text, a.attname, f.confrelid::regclass::text
        FROM pg_constraint f
        JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = f.conkey[1]
        WHERE f.contype = 'f' AND cardinality(f.conkey) = 1
          AND f.conrelid::regclass::text = ANY (%(ours)s)
          AND f.confrelid::regclass::text = ANY (%(ours)s)
          AND NOT EXISTS (
            SELECT 1 FROM pg_constraint c
            WHERE c.contype = 'f' AND c.conrelid = f.conrelid AND c.confrelid = f.confrelid
              AND c.conkey @> f.conkey AND cardinality(c.conkey) = 2 AND c.convalidated
              AND (SELECT attname FROM pg_attribute
                   WHERE attrelid = c.conrelid AND attnum = c.conkey[1]) = 'tenant_id')
        ORDER BY 1, 2
        """,
        {"ours": company_tables(connection)},
    ).fetchall()
    return [
        f"{table}.{column} may point into {to} of another company" for table, column, to in rows
    ]


def composite_keys(connection: Connection) -> list[tuple[str, str, str]]:
    """Table, column and name of every composite key between company tables."""
    rows = connection.execute(
        """
        SELECT f.conrelid::regclass::text, a.attname, f.conname
        FROM pg_constraint f
        JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = f.conkey[2]
        WHERE f.contype = 'f' AND cardinality(f.conkey) = 2
          AND f.connamespace = 'public'::regnamespace
        ORDER BY 1, 2
        """
    ).fetchall()
    return [(row[0], row[1], row[2]) for row in rows]


def support_rights(connection: Connection) -> list[str]:
    """What support may write, and what it may read of the secrets."""
    rows = connection.execute(
        """
        SELECT c.relname, a.attname,
               has_column_privilege(%(role)s, c.oid, a.attnum, 'SELECT'),
               has_column_privilege(%(role)s, c.oid, a.attnum, 'INSERT, UPDATE, REFERENCES')
               OR has_table_privilege(%(role)s, c.oid, 'DELETE, TRUNCATE, TRIGGER')
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
        WHERE c.relkind IN ('r', 'p', 'v', 'm') AND c.relnamespace = 'public'::regnamespace
          AND NOT a.attisdropped ORDER BY 1, 2
        """,
        {"role": SUPPORT},
    ).fetchall()
    wrong = []
    for table, column, may_read, may_write in rows:
        is_secret = table in SECRET and column in (SECRET[table] or (column,))
        if may_write:
            wrong.append(f"support may write {table}.{column}")
        if may_read and is_secret:
            wrong.append(f"support may read {table}.{column}")
    return wrong


def changeable(connection: Connection) -> list[str]:
    """What the application may change or remove of tables that only grow."""
    wrong = []
    for table, columns in APPEND_ONLY.items():
        rows = connection.execute(
            """
            SELECT a.attname FROM pg_attribute a
            WHERE a.attrelid = %(table)s::regclass AND a.attnum > 0 AND NOT a.attisdropped
              AND has_column_privilege(%(role)s, a.attrelid, a.attnum, 'UPDATE') ORDER BY 1
            """,
            {"table": f"public.{table}", "role": APP},
        ).fetchall()
        found = {row[0] for row in rows}
        if found != set(columns):
            wrong.append(f"{table}: the application may change {sorted(found)}")
        removing = connection.execute(
            "SELECT has_table_privilege(%s, %s, 'DELETE, TRUNCATE')", [APP, f"public.{table}"]
        ).fetchone()
        if removing != (False,):
            wrong.append(f"{table}: the application may remove rows")
    return wrong


def foreign_owners(connection: Connection) -> list[str]:
    """Tables that do not belong to the role that migrates."""
    rows = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner <> %s",
        [MIGRATOR],
    ).fetchall()
    return [f"{row[0]}: does not belong to {MIGRATOR}" for row in rows]


def stray_models(models: Iterable[type[Model]]) -> list[str]:
    """Those with a company that are neither TenantModel nor in the directory."""
    return [
        model._meta.label
        for model in models
        if _has_company(model)
        and not issubclass(model, TenantModel)
        and model._meta.db_table not in DIRECTORY
    ]


def _has_company(model: type[Model]) -> bool:
    return any(field.name == "tenant" for field in model._meta.local_fields)


EVERY_CHECK = (
    without_walls,
    leaky_views,
    doors,
    strong_roles,
    single_keys,
    support_rights,
    changeable,
    foreign_owners,
)
