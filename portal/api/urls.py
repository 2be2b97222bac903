"""The API, its schema, and the pages that explain it."""

from __future__ import annotations

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

_open: dict[str, list[object]] = {
    "authentication_classes": [],
    "permission_classes": [],
    "throttle_classes": [],
}

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(**_open), name="api_schema"),
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(
            url_name="api_schema", template_name="api/docs.html", **_open
        ),
        name="api_docs",
    ),
    path("v1/", include("portal.api.v1.urls")),
]
