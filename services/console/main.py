"""The console as a process of its own: `python -m services.console.main`."""

import uvicorn
from fastapi import FastAPI

from services.console.app import build
from services.console.settings import ConsoleSettings
from shared.observability.logs import configure_logging
from shared.observability.tracing import configure_tracing
from shared.serve import server_config
from shared.settings import read_settings


def application(settings: ConsoleSettings) -> FastAPI:
    """The console over services that answer at the addresses in its settings."""
    return build(settings)


def main() -> None:
    """Read the settings, serve until a signal."""
    settings = read_settings(ConsoleSettings, service="console")
    configure_logging("console")
    configure_tracing("console")
    app = application(settings)
    uvicorn.Server(server_config(app, host=settings.host, port=settings.port)).run()


if __name__ == "__main__":
    main()
