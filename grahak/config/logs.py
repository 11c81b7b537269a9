"""Structured logs: one JSON object a line for machines, or coloured lines for a person at a terminal."""

from __future__ import annotations

from typing import Any

import structlog


def _without_request(_logger: Any, _name: str, line: dict[str, Any]) -> dict[str, Any]:
    """Django adds the request itself, whose text holds the query string: names and phones stay out of the log."""
    line.pop("request", None)
    return line


def logging_settings(level: str, *, human: bool) -> dict[str, Any]:
    """Django's LOGGING. Whatever is passed as `extra=` stands as its own field."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        _without_request,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Any] = (
        [structlog.dev.ConsoleRenderer()]
        if human
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {"django.db.backends": {"level": "WARNING"}, "axes": {"level": "WARNING"}},
    }
