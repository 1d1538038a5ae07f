"""Idempotency keys: a request that is sent again has no second effect and the same answer.

A key is stored in the same transaction as what the request did. So the answer and the effect
stand or fall together, a refused request leaves nothing, and a second request with the same key
waits until the first has been decided.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from pydantic import BaseModel
from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response

from shared.auth.identity import Identity
from shared.postgres import idempotency_keys
from shared.postgres.database import Database
from shared.postgres.idempotency_keys import KeptAnswer, KeyOwner, KeyUse
from shared.refusals import Refused

KEY_HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotency-Replayed"

_PLAIN_PATH = re.compile(r"/[A-Za-z0-9_-][A-Za-z0-9._/-]*")
"""A path that a URL shows as it is."""
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


class KeyMissing(Refused):
    """Without a key, a repeated request could not be told from a second one."""

    code = "idempotency-key-missing"
    status = 400
    place = ("header", KEY_HEADER)


class KeyMalformed(Refused):
    """The key is not 1 to 255 visible ASCII characters."""

    code = "idempotency-key-malformed"
    status = 400
    place = ("header", KEY_HEADER)


class KeyReused(Refused):
    """The key was used for another request: another body, another path or another method."""

    code = "idempotency-key-reused"
    status = 422
    place = ("header", KEY_HEADER)


@dataclass(frozen=True)
class Answer:
    """What a request is answered. `body` is anything pydantic can write as JSON; None for none."""

    status: int
    body: BaseModel | Mapping[str, Any] | Sequence[Any] | None
    headers: Mapping[str, str] = field(default_factory=dict)


async def idempotently(
    request: Request,
    caller: Identity,
    database: Database,
    work: Callable[[asyncpg.Connection], Awaitable[Answer]],
    *,
    keeps_forever: bool = False,
    fingerprint: bytes | None = None,
) -> Response:
    """Do the work once per Idempotency-Key, and give the same answer to every repetition.

    Opens the transaction as the caller's institution; `work` runs in it and must not commit. A
    key belongs to a caller and to one method, path, query and body (compared byte for byte);
    `fingerprint` stands for the body where that is a stream that cannot be read twice.
    `keeps_forever` is for requests that move money. Raises KeyMissing, KeyMalformed, KeyReused.
    """
    use = await use_of(request, caller, fingerprint=fingerprint)
    async with database.begin(caller.institution) as conn:
        if not await idempotency_keys.claim(
            conn, use.owner, operation=use.operation, body_sha256=use.body_sha256,
            keeps_forever=keeps_forever,
        ):  # fmt: skip
            return _replayed(await idempotency_keys.find(conn, use.owner), use)
        answer = kept(await work(conn))
        await idempotency_keys.store_answer(conn, use.owner, **answer._asdict())
    return response(answer)


async def use_of(request: Request, caller: Identity, *, fingerprint: bytes | None = None) -> KeyUse:
    """The request's key and what it is used for. Raises KeyMissing, KeyMalformed."""
    owner = KeyOwner(caller.institution, caller.subject, key_of(request))
    body = await request.body() if fingerprint is None else fingerprint
    return KeyUse(owner, _operation(request), hashlib.sha256(body).digest())


def kept(answer: Answer) -> KeptAnswer:
    """An answer as its key keeps it."""
    content = b"" if answer.body is None else to_json(answer.body)
    return KeptAnswer(answer.status, answer.headers, content)


def key_of(request: Request) -> str:
    """The request's Idempotency-Key. Raises KeyMissing, KeyMalformed."""
    key = request.headers.get(KEY_HEADER)
    if key is None:
        raise KeyMissing(f"缺少请求头 {KEY_HEADER}", f"The header {KEY_HEADER} is missing.")
    if _KEY.fullmatch(key) is None:
        raise KeyMalformed(
            f"{KEY_HEADER} 须为 1 至 255 个可见 ASCII 字符",
            f"{KEY_HEADER} must be 1 to 255 visible ASCII characters.",
        )
    return key


def _operation(request: Request) -> str:
    path, asked = request.scope["path"], request.scope["query_string"]
    if not asked and _PLAIN_PATH.fullmatch(path):
        return f"{request.method} {path}"
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{request.method} {request.url.path}{query}"


def _replayed(known: asyncpg.Record | None, use: KeyUse) -> Response:
    if known is None or (known["operation"], known["body_sha256"]) != use[1:]:
        raise KeyReused(
            f"{KEY_HEADER} 已用于另一请求，请为新请求使用新的键",
            f"This {KEY_HEADER} was used for another request; take a new key for a new request.",
        )
    headers = {**known["headers"], REPLAYED_HEADER: "true"}
    return response(KeptAnswer(known["status"], headers, known["body"]))


def response(answer: KeptAnswer) -> Response:
    """What goes out."""
    return Response(
        answer.body,
        status_code=answer.status,
        headers=dict(answer.headers),
        media_type="application/json" if answer.body else None,
    )
