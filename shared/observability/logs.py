"""Logs for machines: one JSON object per line on standard output, with request and trace id."""

import logging
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pythonjsonlogger.orjson import OrjsonFormatter

from shared.observability.repeats import OnceInAWhile
from shared.observability.tracing import current_request_id, current_trace_id


class JsonFormatter(OrjsonFormatter):
    """A record as one line of JSON. What a caller gives as `extra` becomes members."""

    def __init__(self, service: str) -> None:
        super().__init__(
            ["levelname", "name", "message"],
            rename_fields={"levelname": "level", "name": "logger", "exc_info": "exception"},
            static_fields={"service": service},
        )

    def add_fields(
        self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]
    ) -> None:
        """The members of the line."""
        moment = datetime.fromtimestamp(record.created, UTC)
        log_data["time"] = moment.isoformat(timespec="milliseconds")
        log_data["request_id"] = current_request_id()
        log_data["trace_id"] = current_trace_id()
        super().add_fields(log_data, record, message_dict)
        log_data["level"] = record.levelname.lower()

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """Outside any request there are no ids to name."""
        return {name: value for name, value in log_data.items() if value != ""}

    def jsonify_log_record(self, log_data: dict[str, Any]) -> str:
        """The line. A lone surrogate or a number beyond 64 bits must not cost us all of it."""
        try:
            return super().jsonify_log_record(log_data)
        except (TypeError, ValueError):
            return super().jsonify_log_record(
                {
                    name: str(value).encode("utf-8", "replace").decode()
                    for name, value in log_data.items()
                }
            )


def configure_logging(service: str, level: str = "INFO", *, file: Path | None = None) -> None:
    """Send every log record of this process to standard output, or to a file, as JSON.

    uvicorn's own access log is silenced: `shared.observability.telemetry` writes a line per request.
    """
    handler = logging.FileHandler(file) if file else logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter(service))
    handler.addFilter(OnceInAWhile("aiokafka"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = name != "uvicorn.access"
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("aiokafka").setLevel(logging.WARNING)
