"""Reads documents of a risk_pool as a client would, in a process of its own, keeping none of them.

    python -m tests.risk_pool.claims.reading_long DATABASE_URL FOLDER TOKEN PATH…

Says per path, as JSON: its status, its bytes, its SHA-256, and the process's peak memory until then.
"""

import asyncio
import hashlib
import json
import resource
import sys
from pathlib import Path
from typing import Any

from services.risk_pool.main import SERVICE
from shared.auth.issuer import Issuer
from shared.messaging.local import LocalTransport
from shared.service import build


async def read(app: Any, path: str, token: str) -> dict[str, Any]:
    """Ask and forget: each piece is only counted and hashed."""
    where, _, query = path.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": f"/api/v1{where}",
        "raw_path": f"/api/v1{where}".encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", b"zhidai.test"), (b"authorization", f"Bearer {token}".encode())],
        "server": ("zhidai.test", 80),
        "client": ("127.0.0.1", 1),
    }
    found: dict[str, Any] = {"status": 0, "bytes": 0, "largest_piece": 0}
    digest = hashlib.sha256()

    asked = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> dict[str, Any]:
        for message in asked:
            return message
        await asyncio.sleep(3600)
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            found["status"] = message["status"]
            return
        piece = message.get("body", b"")
        found["bytes"] += len(piece)
        found["largest_piece"] = max(found["largest_piece"], len(piece))
        digest.update(piece)

    await app(scope, receive, send)
    found["sha256"] = digest.hexdigest()
    found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found


async def main(url: str, folder: str, token: str, paths: list[str]) -> None:
    """One path after another, in the service as it really is."""
    issuer = Issuer.at(Path(folder) / "issuer", environment="development")
    settings = SERVICE.settings_type(
        environment="sandbox",
        database_url=url,
        transport="local",
        token_issuer=issuer.issuer,
        token_keys=str(Path(folder) / "issuer" / "jwks.json"),
        signing_development_folder=str(Path(folder) / "signing"),
        due_interval_seconds=3600,
    )
    app = build(SERVICE, settings, transport=LocalTransport([SERVICE.name]))
    async with app.router.lifespan_context(app):
        found = [await read(app, path, token) for path in paths]
        sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]))
