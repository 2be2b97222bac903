"""The sample company, reached directly, and an agent's."""

from __future__ import annotations

from tests.agent.conftest import portal_url, sage, scene
from tests.connections.conftest import company, company_template, supply

__all__ = ["company", "company_template", "portal_url", "sage", "scene", "supply"]
