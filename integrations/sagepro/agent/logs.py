"""The agent's log: one JSON line per fact on stderr, without secrets or amounts' owners."""

from __future__ import annotations

import logging
import sys

import structlog


def to_stderr() -> None:
    """Write facts of level information and above."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
