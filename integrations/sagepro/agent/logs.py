"""The agent's log: one JSON line per fact on stderr, without secrets, card numbers or amounts'
owners."""

from __future__ import annotations

import logging
import sys

import structlog

from integrations.canonical.redaction import redact_event


def to_stderr() -> None:
    """Write facts of level information and above."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            redact_event,
            structlog.processors.JSONRenderer(default=str),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
