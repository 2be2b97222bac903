"""The sample company's profile where its system tables stand in a schema of their own."""

from __future__ import annotations

from dataclasses import replace

from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.sample.profile import sample_profile

SYSTEM = ("periods", "counters", "companies")


def with_system_tables(schema: str) -> PostingProfile:
    profile = sample_profile()
    tables = dict(profile.tables)
    tables |= {name: replace(tables[name], is_system=True) for name in SYSTEM}
    return replace(profile, tables=tables, system_schema=schema)
