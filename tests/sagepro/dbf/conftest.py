"""Fixtures of the FoxPro reader's tests."""

from __future__ import annotations

from tests.sagepro.dbf.company01 import company01
from tests.sagepro.foxpro.company import foxpro_company, foxpro_template

__all__ = ["company01", "foxpro_company", "foxpro_template"]
