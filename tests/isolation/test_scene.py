"""The scene holds one of everything, so that nothing is looked for where nothing is."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import models

from tenants.scope import tenant_transaction
from tests.isolation.scene import Company, Scene, company_models


@pytest.mark.parametrize("model", company_models(), ids=lambda model: model._meta.label)
def test_both_companies_have_a_row_of_it_in_every_environment(
    model: type[models.Model], scene: Scene
) -> None:
    by_environment = any(field.name == "environment" for field in model._meta.local_fields)
    for company in (scene.a, scene.b):
        rows = _rows(model, company, "environment_id" if by_environment else "tenant_id")
        assert rows, f"{model._meta.label} is missing in tests/isolation/rows.py"
        assert len(set(rows)) == (2 if by_environment else 1)


def _rows(model: type[models.Model], company: Company, column: str) -> list[UUID]:
    manager = getattr(model, "across_tenants", model._base_manager)
    with tenant_transaction(company.tenant.id):
        return list(manager.filter(tenant=company.tenant).values_list(column, flat=True))
