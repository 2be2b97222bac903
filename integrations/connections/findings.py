"""What a test of a connection found, written one by one so that a page can show it live."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models.functions import Now

from integrations.connections.models import ConnectionTest
from tenants.scope import tenant_transaction


@dataclass
class Findings:
    """The findings of one running test. Each is committed at once; none holds a secret."""

    tenant_id: UUID
    test_id: UUID
    _so_far: list[dict[str, Any]] = field(default_factory=list)

    @property
    def tell_what_is_wrong(self) -> bool:
        """Whether a reader can see already why the test fails."""
        return any(finding["ok"] is False for finding in self._so_far)

    def add(self, label: str, sentence: str, *, ok: bool | None) -> None:
        """Show one more finding: good, bad, or None for what could not be told."""
        self._so_far.append({"label": label, "ok": ok, "sentence": sentence})
        with tenant_transaction(self.tenant_id):
            self._row().update(findings=self._so_far)

    def end(self, *, passed: bool) -> None:
        """Set the test's end state, once. Inside the open company's transaction."""
        state = ConnectionTest.State.PASSED if passed else ConnectionTest.State.FAILED
        self._row().update(state=state, finished_at=Now(), findings=self._so_far)

    def _row(self) -> Any:
        return ConnectionTest.objects.filter(pk=self.test_id, state=ConnectionTest.State.RUNNING)
