"""Another way to a Sage company."""

from __future__ import annotations

from typing import Any

from django import forms

from portal.web.forms.sage_company import DatabaseForm, FoxProForm


class WayForm(forms.Form):
    """What a way asks for; cleaned, it is what the change is called with."""


class AgentWayForm(WayForm):
    """An agent asks for nothing here: it is paired afterwards."""


class FolderWayForm(WayForm):
    """A folder of this server."""

    folder = forms.CharField(
        label="Folder",
        max_length=200,
        help_text="Written from its root, such as /srv/sage/ardata; several with a ; between.",
        error_messages={"required": "Write the folder of the company from its root."},
        widget=FoxProForm.base_fields["folder"].widget,
    )


class DatabaseWayForm(DatabaseForm, WayForm):
    """The database that the agent reached."""

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        whole = {"product", "host", "port", "database", "user", "password"} <= set(given)
        return {"dsn": self.dsn()} if whole else given
