"""Our say in allauth's sign-up and sign-in."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from tenants.models import User


class PortalAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Stores e-mail addresses in lower case, so that one person is one user."""

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:  # noqa: FBT001, FBT002 allauth's signature
        saved: User = super().save_user(request, user, form, commit=False)
        saved.email = saved.email.lower()
        if commit:
            saved.save()
        return saved
