"""Bodies, HEAD and broken answers, over real sockets."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import StreamingResponse

from shared.http import json_bodies, problems
from shared.observability import telemetry

LIMIT = 100_000


class Uploads:
    """An application that counts the bytes it is given."""

    def __init__(self) -> None:
        self.bytes_read = 0
        self.streams_ended = 0
        self.app = FastAPI()
        problems.install(
            self.app, body_bytes=LIMIT, larger_bodies={"/bulk": 3 * LIMIT, "/files/": 2 * LIMIT}
        )
        telemetry.install(self.app, service="uploads")
        self.app.post("/json")(self.json)
        self.app.post("/stream")(self.stream)
        self.app.post("/bulk")(self.stream)
        self.app.post("/files/{name}")(self.stream)
        self.app.get("/events")(self.events)
        self.app.get("/half")(self.half)

    async def json(self, body: dict[str, str]) -> int:
        return len(body)

    async def stream(self, request: Request) -> int:
        count = 0
        async for chunk in request.stream():
            count += len(chunk)
            self.bytes_read += len(chunk)
        return count

    async def events(self) -> StreamingResponse:
        async def forever() -> AsyncIterator[bytes]:
            try:
                while True:
                    yield b"data: tick\n\n"
                    await asyncio.sleep(0.01)
            finally:
                self.streams_ended += 1

        return StreamingResponse(forever(), media_type="text/event-stream")

    async def half(self) -> StreamingResponse:
        async def breaks() -> AsyncIterator[bytes]:
            yield b"half of it"
            raise RuntimeError("the other half is lost")

        return StreamingResponse(breaks())


@pytest.fixture
def uploads() -> Uploads:
    return Uploads()


@pytest.fixture
async def client(uploads, served) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=await served(uploads.app), timeout=20) as client:
        yield client


async def chunks(count: int, size: int = 10_000) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b" " * size


def is_too_large(answer: httpx.Response) -> bool:
    return (answer.status_code, answer.json()["code"]) == (413, "body-too-large")


@pytest.mark.parametrize("path", ["/json", "/stream"])
async def test_a_body_of_40_megabytes_is_refused_without_being_read(client, uploads, path):
    headers = {"Content-Type": "application/json"}
    answer = await client.post(path, content=b" " * 40_000_000, headers=headers)

    assert is_too_large(answer)
    assert str(LIMIT) in answer.json()["detail"]
    assert uploads.bytes_read == 0


@pytest.mark.parametrize("path", ["/json", "/stream"])
async def test_a_body_in_chunks_is_refused_when_it_passes_the_limit(client, uploads, path):
    headers = {"Content-Type": "application/json"}
    answer = await client.post(path, content=chunks(4000), headers=headers)

    assert is_too_large(answer)
    assert uploads.bytes_read <= LIMIT


async def test_of_a_body_declared_too_large_not_one_byte_is_asked_for(uploads):
    asked, said = [], []

    async def receive():
        asked.append("more")
        return {"type": "http.request", "body": b" " * 10, "more_body": True}

    async def send(message):
        said.append(message)

    headers = [(b"content-length", b"40000000"), (b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": "/json", "query_string": b""}
    await uploads.app(scope | {"headers": headers}, receive, send)

    assert said[0]["status"] == 413
    assert asked == []


async def test_a_body_up_to_the_limit_is_taken(client):
    declared = await client.post("/stream", content=b" " * LIMIT)
    in_chunks = await client.post("/stream", content=chunks(10))
    one_more = await client.post("/stream", content=b" " * (LIMIT + 1))

    assert (declared.json(), in_chunks.json()) == (LIMIT, LIMIT)
    assert is_too_large(one_more)


async def test_some_paths_take_more(client):
    assert (await client.post("/bulk", content=b" " * 3 * LIMIT)).json() == 3 * LIMIT
    assert is_too_large(await client.post("/bulk", content=b" " * (3 * LIMIT + 1)))
    assert (await client.post("/files/a", content=b" " * 2 * LIMIT)).json() == 2 * LIMIT
    assert is_too_large(await client.post("/files/a", content=b" " * (2 * LIMIT + 1)))


async def test_after_a_refused_body_the_service_answers_others(client):
    await client.post("/json", content=b" " * 40_000_000)

    assert (await client.post("/json", json={"a": "b"})).json() == 1


async def test_a_length_that_is_no_number_does_not_crash(client, uploads, served):
    host, port = str(client.base_url).removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"POST /json HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n")
    status = (await reader.readline()).split()[1]
    writer.close()

    assert status == b"400"


async def test_head_of_an_endless_stream_ends(client, uploads):
    answer = await client.head("/events")
    await asyncio.sleep(0.1)

    assert (answer.status_code, answer.content) == (200, b"")
    assert uploads.streams_ended == 1


async def test_an_answer_that_breaks_is_not_taken_for_a_whole_one(client):
    with pytest.raises(httpx.RemoteProtocolError):
        await client.get("/half")


async def test_a_body_of_more_members_than_any_request_needs_is_refused_before_it_is_read(
    client, monkeypatch
):
    monkeypatch.setattr(json_bodies, "MOST_MEMBERS", 1000)

    async def sends(count: int, path: str = "/json") -> httpx.Response:
        body = "{" + ",".join(f'"{n}" : "x"' for n in range(count)) + "}"
        return await client.post(path, content=body, headers={"Content-Type": "application/json"})

    assert (await sends(1000)).json() == 1000
    answer = await sends(1001)
    assert (answer.status_code, answer.json()["code"]) == (413, "too-many-members")
    # A file of many rows goes where more is taken, and is read row by row.
    assert (await sends(5000, "/bulk")).status_code == 200


async def test_an_object_that_says_one_thing_twice_is_refused_and_the_thing_is_named(client):
    async def sends(body: str, path: str = "/json") -> httpx.Response:
        return await client.post(path, content=body, headers={"Content-Type": "application/json"})

    for path in ("/json", "/bulk"):
        answer = await sends('{"amount": "1.00", "amount": "9000000.00"}', path)
        assert answer.status_code == 422
        (error,) = answer.json()["errors"]
        assert error["code"] == "repeated" and "amount" in error["message"]
    assert (await sends('{"a": {"amount": 1}, "b": {"amount": 2}}', "/bulk")).status_code == 200
    assert (await sends('{"a": [{"b\\n\\"c": 1, "b\\u000a\\"c": 2}]}')).status_code == 422


async def test_what_is_nested_without_end_is_refused_where_it_comes_in(client):
    deep = '{"a":' + "[" * 5000 + "]" * 5000 + "}"
    answer = await client.post("/json", content=deep, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "not-json")
