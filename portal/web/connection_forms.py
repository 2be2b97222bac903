"""What the forms of connections share."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django import forms

from integrations.connections.models import Connection
from tenants.errors import NotPossible


def tried(form: forms.Form, call: Callable[[], Connection]) -> Connection | None:
    """The row, or None after putting the refusal beside its field."""
    try:
        return call()
    except NotPossible as error:
        form.add_error(error.field if error.field in form.fields else None, error.sentence)
        return None


def id_or_none(text: str) -> uuid.UUID | None:
    """Of a choice, of which one is none."""
    return uuid.UUID(text) if text else None
