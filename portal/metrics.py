"""Prometheus metrics, counted from rows at the moment they are asked for.

One collector over the database instead of counters in processes: every web and worker
process would have its own, and they would all forget at a restart. Nothing names a company.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from ipaddress import ip_address

from django.conf import settings
from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

_FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")

# name, help, labels, alias, query. The last column is the value, those before it the labels.
_GAUGES: tuple[tuple[str, str, tuple[str, ...], str, str], ...] = (
    (
        "tieout_effects",
        "Effects by state, over all companies",
        ("state",),
        "support",
        "SELECT state, count(*) FROM posting_effect GROUP BY 1 ORDER BY 1",
    ),
    (
        "tieout_effects_oldest_seconds",
        "How long the oldest effect has been in an unfinished state",
        ("state",),
        "support",
        """
        SELECT state, extract(epoch FROM clock_timestamp() - min(state_since))
        FROM posting_effect
        WHERE state NOT IN ('posted', 'adopted', 'noted', 'reversed', 'withdrawn', 'dismissed')
        GROUP BY 1 ORDER BY 1
        """,
    ),
    (
        "tieout_connections",
        "Connections by kind and state, over all companies",
        ("kind", "state"),
        "support",
        "SELECT kind, state, count(*) FROM connections_connection GROUP BY 1, 2 ORDER BY 1, 2",
    ),
    (
        "tieout_connections_stopped",
        "Connections that a person paused or a conflict halted",
        ("why",),
        "support",
        """
        SELECT 'paused', count(*) FROM connections_connection WHERE paused_at IS NOT NULL
        UNION ALL
        SELECT 'halted', count(*) FROM connections_connection WHERE halted_at IS NOT NULL
        """,
    ),
    (
        "tieout_exceptions_open",
        "Cases that wait for a person, over all companies",
        (),
        "support",
        "SELECT count(*) FROM exceptions_exceptioncase WHERE state = 'open'",
    ),
    (
        "tieout_due_work",
        "Drains that are due and nobody runs",
        ("kind",),
        "default",
        """
        SELECT kind, count(*) FROM tenants_duework
        WHERE due_at <= clock_timestamp()
          AND (lease_until IS NULL OR lease_until < clock_timestamp())
        GROUP BY 1 ORDER BY 1
        """,
    ),
    (
        "tieout_due_work_oldest_seconds",
        "How long the oldest due drain has waited",
        (),
        "default",
        """
        SELECT coalesce(extract(epoch FROM clock_timestamp() - min(due_at)), 0)
        FROM tenants_duework
        WHERE due_at <= clock_timestamp()
          AND (lease_until IS NULL OR lease_until < clock_timestamp())
        """,
    ),
    (
        "tieout_due_notices",
        "Stored notices that nobody has read yet",
        (),
        "default",
        "SELECT count(*) FROM tenants_duenotice",
    ),
    (
        "tieout_heartbeat_age_seconds",
        "How long ago a background process was last heard",
        ("name",),
        "default",
        """
        SELECT name, extract(epoch FROM clock_timestamp() - beat_at)
        FROM tenants_heartbeat ORDER BY 1
        """,
    ),
)
_UNKNOWN_TOKENS = "SELECT coalesce(sum(count), 0) FROM tenants_unknowntokencount"
_REFUSALS = "SELECT reason, sum(count) FROM events_noticerefusal GROUP BY 1 ORDER BY 1"


class Rows(Collector):
    """Counts rows that can be reached without a company: the directory, and aggregates
    through the support role."""

    def collect(self) -> Iterator[Metric]:
        for name, help_text, labels, alias, query in _GAUGES:
            gauge = GaugeMetricFamily(name, help_text, labels=labels)
            for row in _fetch(alias, query):
                gauge.add_metric([str(label) for label in row[:-1]], float(str(row[-1])))
            yield gauge
        yield from self._counters()

    def _counters(self) -> Iterator[Metric]:
        unknown = CounterMetricFamily(
            "tieout_notices_unknown_token", "Notices to addresses that do not exist"
        )
        unknown.add_metric([], float(str(_fetch("default", _UNKNOWN_TOKENS)[0][0])))
        yield unknown
        refused = CounterMetricFamily(
            "tieout_notices_refused", "Refused notices", labels=["reason"]
        )
        for reason, count in _fetch("support", _REFUSALS):
            refused.add_metric([str(reason)], float(str(count)))
        yield refused


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The metrics as Prometheus text; 403 for whoever may not read them."""
    if not _may_read(request):
        sentence = "Metrics are read from this machine or with the token in METRICS_TOKEN.\n"
        return HttpResponse(sentence, status=403, content_type="text/plain")
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Rows())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        wanted = f"Bearer {settings.METRICS_TOKEN}".encode()
        given = request.headers.get("Authorization", "").encode("utf-8", "replace")
        return secrets.compare_digest(given, wanted)
    # Behind a proxy on this machine everybody seems to come from here.
    if any(header in request.META for header in _FORWARDED):
        return False
    return _is_loopback(request.META.get("REMOTE_ADDR", ""))


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        # gunicorn on a unix socket tells no address; only this machine reaches a socket,
        # but a proxy may stand behind it, so it takes the token.
        return False


def _fetch(alias: str, query: str) -> list[tuple[object, ...]]:
    with connections[alias].cursor() as cursor:
        cursor.execute(query)
        rows: list[tuple[object, ...]] = cursor.fetchall()
    return rows
