"""Fixtures of the Sage Pro tests."""

from __future__ import annotations

from tests.sagepro.companies import company, company_template, sage

__all__ = ["company", "company_template", "sage"]
