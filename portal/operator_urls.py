"""What programs of the operator ask for: health, metrics, whom to tell of a weakness."""

from __future__ import annotations

from django.urls import path

from portal import health, metrics, security_txt

urlpatterns = [
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("health/metrics", metrics.metrics, name="health_metrics"),
    path(".well-known/security.txt", security_txt.security_txt, name="security_txt"),
]
