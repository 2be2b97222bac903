"""One JSON line per event on stderr, whoever wrote it; no secret, card number or token.

structlog and the standard library's loggers (Django, django-q2, gunicorn) end in the same
handler. What is bound with `structlog.contextvars` (request, tenant, effect) is on every line.
"""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

import structlog
from django_q.signals import pre_execute
from structlog.typing import EventDict, Processor, WrappedLogger

from integrations.canonical.redaction import redact_event

# What follows these words in an address is a key to something.
_TOKEN_PATHS = re.compile(
    r"(/(?:hooks|pay|join|account/password/reset)/)"
    r"[^\s/?\"'>]+"
)
# They came with handlers of their own; their lines go through ours.
_TALKATIVE = ("django", "django.server", "django_q", "django-q", "gunicorn.error")


class _Stderr:
    """stderr as it is now, not as it was at start-up: supervisors and tests replace it."""

    def write(self, text: str) -> None:
        sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def configure(*, level: str) -> None:
    """Route every log line of this process through redaction to stderr. Safe to repeat."""
    structlog.configure(
        processors=[*_shared(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(_Stderr())
    handler.setFormatter(_formatter())
    handler.set_name("tieout")
    root = logging.getLogger()
    root.handlers = [h for h in root.handlers if h.get_name() != "tieout"] + [handler]
    root.setLevel(level)
    for name in _TALKATIVE:
        _use_ours(logging.getLogger(name))
    # One line per doorbell says nothing that our rows do not.
    logging.getLogger("django-q").setLevel(logging.WARNING)
    # The request log of ours has the route and no address; gunicorn's would have the address.
    logging.getLogger("gunicorn.access").disabled = True
    pre_execute.connect(bind_task, dispatch_uid="portal.logs")


def bind_task(*, task: dict[str, Any], **_: object) -> None:
    """Put a background task's id and the ids it was given on every line it writes."""
    given = task.get("kwargs") or {}
    ids = {name: str(value) for name, value in given.items() if name.endswith("_id")}
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(task_id=str(task.get("id", "")), **ids)


def name_the_route(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace the address in Django's own lines by its pattern: ids and tokens stay out."""
    request = getattr(event.get("_record"), "request", None)
    path = getattr(request, "path", "")
    if len(path) > 1:
        match = getattr(request, "resolver_match", None)
        event["event"] = str(event["event"]).replace(path, match.route if match else "unmatched")
    return event


def hide_tokens(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Cut the token out of every address that carries one, wherever it stands in the line."""
    return {key: _without_tokens(value) for key, value in event.items()}


def _without_tokens(value: object) -> object:
    return _TOKEN_PATHS.sub(r"\1[removed]", value) if isinstance(value, str) else value


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _formatter() -> structlog.stdlib.ProcessorFormatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_shared(), name_the_route],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            redact_event,
            hide_tokens,
            structlog.processors.JSONRenderer(default=str),
        ],
    )


def _use_ours(logger: logging.Logger) -> None:
    logger.handlers.clear()
    logger.propagate = True
