"""Logs for machines: one JSON object per line on standard output, with request and trace id."""

import logging
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from shared.observability.tracing import current_request_id, current_trace_id

_OF_EVERY_RECORD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON. What a caller gives as `extra` becomes members."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "service": self._service,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": current_request_id(),
            "trace_id": current_trace_id(),
        }
        line |= {
            name: value for name, value in vars(record).items() if name not in _OF_EVERY_RECORD
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return _text({name: value for name, value in line.items() if value != ""})


def _text(line: dict[str, Any]) -> str:
    try:
        return orjson.dumps(line, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    except (TypeError, ValueError):
        # A lone surrogate or a number beyond 64 bits must not cost us the line.
        safe = {
            name: str(value).encode("utf-8", "replace").decode() for name, value in line.items()
        }
        return orjson.dumps(safe).decode()


def configure_logging(service: str, level: str = "INFO", *, file: Path | None = None) -> None:
    """Send every log record of this process to standard output, or to a file, as JSON.

    uvicorn's own access log is silenced: `shared.observability.telemetry` writes a line per request.
    """
    handler = logging.FileHandler(file) if file else logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter(service))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = name != "uvicorn.access"
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("aiokafka").setLevel(logging.WARNING)
