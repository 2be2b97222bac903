"""The measure beside intake: one Django view that stores the body by one raw INSERT.

No middleware, no check, no tenant; the same server settings and a connection kept open.
"""

from __future__ import annotations

import os
import uuid

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path
from psycopg.conninfo import conninfo_to_dict

TABLE = """
    CREATE TABLE bare_notice
    (id uuid PRIMARY KEY, body bytea NOT NULL, at timestamptz DEFAULT now())
"""
VARIABLE = "BARE_URL"


def store(request: HttpRequest, token: str) -> HttpResponse:
    del token
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bare_notice (id, body) VALUES (%s, %s)", [uuid.uuid4(), request.body]
        )
    return HttpResponse(b"{}", status=202, headers={"Content-Length": "2"})


urlpatterns = [path("hooks/<token>", store)]


def make_application() -> WSGIHandler:
    """Django with nothing in it but the view."""
    facts = conninfo_to_dict(os.environ[VARIABLE])
    settings.configure(
        SECRET_KEY="only-for-a-bench",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": facts["dbname"],
                "USER": facts["user"],
                "PASSWORD": facts["password"],
                "HOST": facts["host"],
                "CONN_MAX_AGE": 600,
            }
        },
        USE_TZ=True,
    )
    django.setup()
    return WSGIHandler()
