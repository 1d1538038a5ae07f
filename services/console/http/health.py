"""What operators' machines ask: whether the process lives, and whether all behind it answers."""

from fastapi import FastAPI
from starlette.responses import JSONResponse, Response

from services.console.login.sessions import Sessions
from services.console.upstream.client import Services
from shared.http.operations import is_leaving


def answer_operators(app: FastAPI, services: Services, sessions: Sessions) -> None:
    """Add /healthz and /readyz."""

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        """The process answers."""
        return {"status": "alive", "service": "console"}

    @app.get("/readyz")
    async def readyz() -> Response:
        """Every service behind the console answers, and where sessions lie; 503 and which not."""
        if is_leaving(app):
            return JSONResponse({"status": "leaving", "service": "console"}, status_code=503)
        alive = {**await services.alive(), "sessions": await sessions.answer()}
        ready = all(alive.values())
        checks = {name: "ok" if up else "does not answer" for name, up in alive.items()}
        return JSONResponse(
            {"status": "ready" if ready else "not ready", "service": "console", **checks},
            status_code=200 if ready else 503,
        )
