"""A bank is ready when its own records show each step, and its endpoints refuse what nobody has signed."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI, Request, Response
from standardwebhooks import Webhook, WebhookVerificationError

from zhidai.sandbox.certification import ENOUGH_DELIVERED, STEPS, collected, judged, told
from zhidai.sandbox.receiver import receiver

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


async def test_the_endpoint_for_trying_out_tells_what_came_and_answers_as_it_is_told():
    said: list[str] = []
    body = b'{"type":"claim.paid.v1","event_id":"e-1","data":{}}'
    at = datetime.now(UTC)
    signed = {
        "webhook-id": "msg_1", "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(SECRET).sign("msg_1", at, body.decode()),
    }  # fmt: skip
    app = receiver(said.append, secret=SECRET, answer=503)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://bank"
    ) as service:
        answers = [
            await service.post("/hooks", content=body, headers=signed),
            await service.post("/hooks", content=body, headers=signed),
            await service.post("/hooks", content=body + b" ", headers=signed),
            await service.post("/hooks", content=b"x"),
        ]

    assert [one.status_code for one in answers] == [503, 503, 401, 401]
    assert said[0] == "msg_1  claim.paid.v1 e-1  signature fits  → 503"
    assert said[1] == "msg_1 again  claim.paid.v1 e-1  signature fits  → 503"
    assert "No matching signature" in said[2] and "→ 401" in said[2]
    assert said[3].startswith("  1 bytes that are no event") and "→ 401" in said[3]


@contextmanager
def endpoint(*, verifies: bool) -> Iterator[str]:
    """A bank's endpoint on a real socket, which looks at signatures or does not."""
    app = FastAPI()

    @app.post("/hooks")
    async def hear(request: Request) -> Response:
        if verifies:
            try:
                Webhook(SECRET).verify(await request.body(), dict(request.headers))
            except WebhookVerificationError:
                return Response(status_code=401)
        return Response(status_code=204)

    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    while not server.started:
        assert thread.is_alive()
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/hooks"
    finally:
        server.should_exit = True
        thread.join()


def event(kind: str, at: int, subject: str = "case-1", **data: Any) -> dict[str, Any]:
    return {
        "type": f"{kind}.v1", "subject": subject, "time": f"2026-03-{at:02}T10:00:00Z", "data": data,
    }  # fmt: skip


WHOLE_WAY = (
    event("application.returned", 1),
    event("application.accepted", 2),
    event("coverage.reserved", 3),
    event("pledge.registered", 4),
    event("loan.disbursed", 5),
    event("loan.position-reported", 6, "loan-1", month="2026-01"),
    event("loan.position-reported", 7, "loan-1", month="2026-02"),
    event("loan.overdue", 8),
    event("claim.submitted", 9),
    event("claim.paid", 10),
    event("recovery.booked", 11),
    event("loan.repaid", 12, "loan-2"),
)


def passed(*events: dict[str, Any], url: str, **counts: int) -> set[str]:
    counted = {"delivered": ENOUGH_DELIVERED, "undelivered": 0} | counts
    seen = collected(events, [{"url": url}] if url else [], tell=told, **counted)
    return {one.step.name for one in judged(seen) if one.passed}


def test_who_went_the_whole_way_and_verifies_signatures_has_passed_every_step():
    with endpoint(verifies=True) as url:
        assert passed(*WHOLE_WAY, url=url) == {step.name for step in STEPS}


def test_nothing_is_taken_for_shown():
    assert passed(url="", delivered=0) == set()
    with endpoint(verifies=False) as url:
        assert passed(url=url) == {"webhooks"}, "it takes a message that nobody of ours has signed"
    assert passed(url="http://127.0.0.1:9/hooks") == {"webhooks"}, "no answer is no refusal"


def test_what_is_near_a_step_is_not_the_step():
    before = (event("application.accepted", 1), event("application.returned", 2))
    assert "mended" not in passed(*before, url="")
    assert "mended" not in passed(
        event("application.returned", 1), event("application.accepted", 2, "case-2"), url=""
    )
    two_loans = (
        event("loan.position-reported", 6, "loan-1", month="2026-01"),
        event("loan.position-reported", 7, "loan-2", month="2026-02"),
    )
    assert "positions" not in passed(*two_loans, url="")
    twice = (event("loan.position-reported", day, "loan-1", month="2026-01") for day in (6, 7))
    assert "positions" not in passed(*twice, url="")
    assert "webhooks" not in passed(url="", undelivered=1)
    assert "webhooks" not in passed(url="", delivered=ENOUGH_DELIVERED - 1)
