"""By which address of the network limits count where nobody signs in, and how much may be sent."""

from __future__ import annotations

import io
import os
import subprocess
import sys

import pytest
from django.conf import LazySettings
from django.conf import settings as in_force
from django.core.cache import cache
from django.test import Client

from portal.middleware import MOST_BYTES
from portal.web import pay

FORM = "multipart/form-data; boundary=x"
_ASK = "from django.conf import settings; print(settings.ALLAUTH_TRUSTED_PROXY_COUNT)"


@pytest.mark.parametrize(
    ("environment", "count"),
    [
        ({"HTTPS": "false"}, "0"),
        ({"HTTPS": "true"}, "1"),
        ({"HTTPS": "true", "TRUSTED_PROXIES": "2"}, "2"),
    ],
)
def test_behind_tls_one_proxy_is_believed(environment: dict[str, str], count: str) -> None:
    told = subprocess.run(
        [sys.executable, "-c", _ASK],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings", **environment},
        cwd=in_force.BASE_DIR, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.strip() == count


def _tried(*, forwarded: str) -> int:
    """A try at a pay page, behind a proxy that adds whom it heard from."""
    headers = {"X-Forwarded-For": forwarded}
    return Client().post("/pay/nothing/", headers=headers, REMOTE_ADDR="10.0.0.1").status_code


def test_one_visitor_behind_a_proxy_uses_up_nobody_elses_limit(
    db: None, settings: LazySettings
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    cache.clear()
    # They stand in at most two different minutes. What a visitor himself puts in front of his
    # address counts for nothing.
    many = range(2 * pay.MOST_TRIES + 1)
    assert 429 in [_tried(forwarded=f"198.51.100.{n}, 203.0.113.9") for n in many]
    assert _tried(forwarded="203.0.113.77") == 404


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("/account/sign-in/", "larger than 4 MB, and nothing of it was read"),
        ("/pay/nothing/", "larger than 4 MB, and nothing of it was read"),
        ("/api/v1/payments", "A request has at most 4096 kB."),
    ],
)
def test_a_huge_body_is_refused_unread(db: None, address: str, told: str) -> None:
    class Unread(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise AssertionError(f"{size} bytes of the body were asked for")

    more = {"CONTENT_LENGTH": str(MOST_BYTES + 1), "wsgi.input": Unread()}
    refused = Client().generic("POST", address, b"", FORM, **more)  # type: ignore[arg-type] # environ
    assert (refused.status_code, told in refused.content.decode()) == (413, True)
