"""Fixtures of the contract suites."""

from __future__ import annotations

from tests.sagepro.companies import company, company_template, sage

__all__ = ["company", "company_template", "sage"]
