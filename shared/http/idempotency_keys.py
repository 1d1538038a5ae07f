"""Where a caller who lost the answer asks what became of a request."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi import Path as PathParameter
from pydantic import BaseModel, Field
from starlette.requests import Request

from shared.auth.identity import EVERYBODY, Identity, requires
from shared.http.answers import keep_back_of
from shared.postgres.database import Database
from shared.postgres.idempotency_keys import KeyOwner, find
from shared.refusals import NotFound


class KeptAnswer(BaseModel):
    """What a request with this key was answered."""

    key: str
    operation: str = Field(examples=["POST /api/v1/applications"])
    status: int = Field(examples=[201])
    headers: dict[str, str]
    body: Any = Field(description="The body of the answer, null if it had none.")
    created_at: datetime


def idempotency_keys_router(database_of: Callable[[Request], Database]) -> APIRouter:
    """GET /api/v1/idempotency-keys/{key}, over the database that the request's service keeps."""
    router = APIRouter(prefix="/api/v1", tags=["idempotency"])

    @router.get("/idempotency-keys/{key:path}")
    async def look_up(
        key: Annotated[str, PathParameter(min_length=1, max_length=255, pattern=r"^[\x21-\x7e]+$")],
        request: Request,
        caller: Annotated[Identity, Depends(requires(*EVERYBODY))],
    ) -> KeptAnswer:
        """The answer to your request with this key. 404: it had no effect, send it again."""
        async with database_of(request).begin(caller.institution) as conn:
            kept = await find(conn, KeyOwner(caller.institution, caller.subject, key))
        if kept is None:
            raise NotFound(
                "没有使用此键的请求生效，可用同一键重新提交",
                "No request with this key took effect; you may send it again with the same key.",
            )
        body = json.loads(kept["body"]) if kept["body"] else None
        if caller.bank is not None:
            # What is kept is the answer as the house has it.
            keep_back_of(request.app, kept["operation"], body, caller.bank)
        return KeptAnswer(
            key=kept["key"],
            operation=kept["operation"],
            status=kept["status"],
            headers=kept["headers"],
            body=body,
            created_at=kept["created_at"],
        )

    return router
