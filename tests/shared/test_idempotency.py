"""Idempotency keys, over a real PostgreSQL and with real concurrency."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import uuid4

import asyncpg
import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from shared.auth import identity
from shared.auth.identity import Identity, requires
from shared.auth.issuer import Issuer
from shared.auth.jwks import Jwks
from shared.http import answers, problems
from shared.http.idempotency import Answer, idempotently
from shared.http.idempotency_keys import idempotency_keys_router
from shared.http.requests import RequestBody
from shared.postgres.database import EVERYWHERE, Database
from shared.postgres.idempotency_keys import forget_keys
from shared.refusals import Refused


class NoRoom(Refused):
    code = "no-room"


class Note(RequestBody):
    text: str


class Kept(BaseModel):
    id: str
    text: str


class Notebook:
    """A service with one table, and the callers that use it."""

    def __init__(self, database: Database, issuer: Issuer, keys: Jwks) -> None:
        self.database = database
        self.issuer = issuer
        self.room = 100
        self.slow_seconds = 0.0
        self.app = FastAPI()
        self.app.include_router(self._router())
        self.app.include_router(idempotency_keys_router(lambda _: database))
        answers.install(self.app)
        problems.install(self.app)
        verifier = identity.Verifier(issuer=issuer.issuer, audience=issuer.audience, keys=keys)
        identity.install(self.app, verifier)

    def _router(self) -> APIRouter:
        router = APIRouter(prefix="/api/v1")

        @router.post("/notes")
        @router.post("/payments")
        async def write(
            note: Note, request: Request, caller: Annotated[Identity, Depends(requires())]
        ) -> Response:
            async def work(conn: asyncpg.Connection) -> Answer:
                await asyncio.sleep(self.slow_seconds)
                note_id = str(uuid4())
                await conn.execute("insert into notes values ($1, $2)", note_id, note.text)
                if await conn.fetchval("select count(*) from notes") > self.room:
                    raise NoRoom("没有空间", "There is no room.")
                return Answer(201, Kept(id=note_id, text=note.text), {"Location": f"/n/{note_id}"})

            return await idempotently(
                request,
                caller,
                self.database,
                work,
                keeps_forever=request.url.path.endswith("/payments"),
            )

        return router

    async def asks(
        self, method: str, path: str, *, by: str = "clerk@ICBC", key: str | None = None, **more
    ) -> httpx.Response:
        subject, institution = by.split("@")
        roles = ["reviewer"] if institution == EVERYWHERE else ["bank_operator"]
        token = self.issuer.issue(subject, subject, roles, institution)
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
        if key is not None:
            headers["Idempotency-Key"] = key
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://notes") as client:
            return await client.request(method, path, headers=headers, **more)

    async def posts(self, text: str, **more) -> httpx.Response:
        return await self.asks("POST", "/api/v1/notes", json={"text": text}, **more)

    async def count(self, table: str = "notes") -> int:
        async with self.database.begin(EVERYWHERE) as conn:
            return await conn.fetchval(f"select count(*) from {table}")


@pytest.fixture
async def notebook(database, groundwork_owner_url, issuer, shared_folder) -> Notebook:
    owner = await asyncpg.connect(groundwork_owner_url)
    await owner.execute("create table notes (id text primary key, text text not null)")
    await owner.close()
    return Notebook(database, issuer, Jwks(str(shared_folder / "issuer" / "jwks.json")))


async def test_the_same_request_again_has_one_effect_and_the_same_answer(notebook):
    first = await notebook.posts("hello", key="k1")
    again = await notebook.posts("hello", key="k1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["content-type"] == first.headers["content-type"]
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert await notebook.count() == 1


async def test_the_same_key_with_another_body_is_refused(notebook):
    await notebook.posts("hello", key="k1")
    other = await notebook.posts("good-bye", key="k1")

    assert other.status_code == 422
    assert other.json()["code"] == "idempotency-key-reused"
    assert await notebook.count() == 1


async def test_the_same_key_on_another_path_is_refused(notebook):
    await notebook.posts("hello", key="k1")
    other = await notebook.asks("POST", "/api/v1/payments", json={"text": "hello"}, key="k1")
    with_query = await notebook.asks("POST", "/api/v1/notes?x=1", json={"text": "hello"}, key="k1")

    assert other.json()["code"] == "idempotency-key-reused"
    assert with_query.json()["code"] == "idempotency-key-reused"


async def test_without_a_key_nothing_is_done(notebook):
    answer = await notebook.posts("hello")

    assert answer.status_code == 400
    assert answer.json()["code"] == "idempotency-key-missing"
    assert await notebook.count() == 0


@pytest.mark.parametrize("key", ["", "two words", "x" * 256])
async def test_a_key_is_visible_ascii_of_1_to_255_characters(notebook, key):
    answer = await notebook.posts("hello", key=key)

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-malformed")


async def test_many_at_once_with_one_key_have_one_effect_and_one_answer(notebook):
    notebook.slow_seconds = 0.1

    answers = await asyncio.gather(*(notebook.posts("hello", key="k1") for _ in range(8)))

    assert [answer.status_code for answer in answers] == [201] * 8
    assert len({answer.content for answer in answers}) == 1
    replayed = [answer.headers.get("idempotency-replayed") for answer in answers]
    assert sorted(map(str, replayed)) == ["None"] + ["true"] * 7
    assert await notebook.count() == 1


async def test_two_at_once_with_one_key_and_different_bodies_have_the_effect_of_one(notebook):
    notebook.slow_seconds = 0.1

    answers = await asyncio.gather(*(notebook.posts(f"hello {i}", key="k1") for i in range(4)))

    assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422]
    assert await notebook.count() == 1


async def test_a_refused_request_leaves_nothing_and_may_be_sent_again_with_its_key(notebook):
    notebook.room = 0
    refused = await notebook.posts("hello", key="k1")
    left = await notebook.count(), await notebook.count("idempotency_keys")
    notebook.room = 1
    accepted = await notebook.posts("hello", key="k1")

    assert (refused.status_code, refused.json()["code"]) == (409, "no-room")
    assert left == (0, 0)
    assert accepted.status_code == 201
    assert "idempotency-replayed" not in accepted.headers


async def test_when_the_first_is_refused_the_one_waiting_behind_it_gets_its_own_chance(notebook):
    notebook.room, notebook.slow_seconds = 0, 0.1

    answers = await asyncio.gather(*(notebook.posts("hello", key="k1") for _ in range(3)))

    assert [answer.json()["code"] for answer in answers] == ["no-room"] * 3


async def test_one_key_of_two_banks_or_of_two_people_is_two_keys(notebook):
    callers = ["clerk@ICBC", "clerk@CCB", "other@ICBC", "clerk@*"]
    answers = [await notebook.posts(f"from {by}", key="k1", by=by) for by in callers]

    assert [answer.status_code for answer in answers] == [201] * 4
    assert await notebook.count() == 4


async def test_a_lost_answer_is_looked_up_by_its_key_and_only_by_whoever_sent_it(notebook):
    sent = await notebook.posts("hello", key="k/1?é".replace("é", "e"))
    mine = await notebook.asks("GET", "/api/v1/idempotency-keys/k/1%3Fe")
    others = await notebook.asks("GET", "/api/v1/idempotency-keys/k/1%3Fe", by="clerk@CCB")

    assert mine.status_code == 200
    assert mine.json()["body"] == sent.json()
    assert mine.json()["status"] == 201
    assert mine.json()["operation"] == "POST /api/v1/notes"
    assert (others.status_code, others.json()["code"]) == (404, "not-found")


async def test_row_level_security_hides_the_keys_of_other_banks(notebook):
    await notebook.posts("hello", key="k1")

    async with notebook.database.begin("CCB") as conn:
        assert await conn.fetchval("select count(*) from idempotency_keys") == 0
    async with notebook.database.begin("ICBC") as conn:
        assert await conn.fetchval("select count(*) from idempotency_keys") == 1
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with notebook.database.begin("CCB") as conn:
            await conn.execute(
                "insert into idempotency_keys"
                " (institution, subject, key, operation, body_sha256, keeps_forever)"
                " values ('ICBC', 'clerk', 'k2', 'POST /', '', false)"
            )


async def test_old_keys_are_forgotten_but_not_those_of_money(notebook):
    await notebook.posts("hello", key="k1")
    await notebook.asks("POST", "/api/v1/payments", json={"text": "100.00"}, key="k2")
    tomorrow = datetime.now(UTC) + timedelta(days=1)

    async with notebook.database.begin(EVERYWHERE) as conn:
        forgotten = await forget_keys(conn, before=tomorrow)

    assert forgotten == 1
    replayed = await notebook.asks("POST", "/api/v1/payments", json={"text": "100.00"}, key="k2")
    assert replayed.headers["idempotency-replayed"] == "true"


async def test_the_hot_path_takes_two_statements_more(notebook):
    said: list[str] = []
    async with notebook.database.begin("ICBC"):
        pass
    pool = notebook.database._pool

    async def listen(connection: asyncpg.Connection) -> None:
        connection.add_query_logger(lambda record: said.append(record.query))

    connections = [await pool.acquire() for _ in range(pool.get_max_size())]
    for connection in connections:
        await listen(connection._con)
        await pool.release(connection)

    await notebook.posts("hello", key="k1")

    about_keys = [query for query in said if "idempotency_keys" in query]
    assert len(said) >= 4, "the logger heard nothing"
    assert len(about_keys) == 2, about_keys


async def test_the_key_stands_in_openapi(notebook):
    schema = notebook.app.openapi()

    named = [p["name"] for p in schema["paths"]["/api/v1/notes"]["post"]["parameters"]]
    assert "Idempotency-Key" in named
    assert json.dumps(schema)
