"""A client that offers HTTP/2 with its request is answered by HTTP/1.1, and its body is not lost."""

import asyncio
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI, Request

OFFER = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQ\r\n"
"""As Java's HttpClient writes it."""


@pytest.fixture
def app() -> FastAPI:
    app = FastAPI()

    @app.post("/echo")
    async def echo(request: Request) -> str:
        return (await request.body()).decode()

    return app


class Client:
    """One connection, byte by byte."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def of(cls, url: str) -> "Client":
        place = urlsplit(url)
        return cls(*await asyncio.open_connection(place.hostname, place.port))

    async def posts(self, body: str, headers: str = "") -> str:
        head = f"POST /echo HTTP/1.1\r\nHost: x\r\n{headers}Content-Length: {len(body)}\r\n\r\n"
        self.writer.write(head.encode())
        await self.writer.drain()
        await asyncio.sleep(0.01)  # A body comes after its head.
        self.writer.write(body.encode())
        answered = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower()
        assert answered.startswith("http/1.1 200"), answered
        length = int(answered.split("content-length: ")[1].split("\r\n")[0])
        return (await self.reader.readexactly(length)).decode()


async def test_the_body_of_a_request_that_offers_http_2_arrives(app, served):
    client = await Client.of(await served(app))
    assert await client.posts("first", OFFER) == '"first"'
    assert await client.posts("again", OFFER) == '"again"'
    assert await client.posts("plain") == '"plain"'


async def test_an_offer_may_come_with_a_later_request_and_not_in_a_body(app, served):
    client = await Client.of(await served(app))
    assert await client.posts("a\r\nUpgrade: h2c\r\n\r\nb") == '"a\\r\\nUpgrade: h2c\\r\\n\\r\\nb"'
    assert await client.posts("later", OFFER.upper()) == '"later"'
    assert await client.posts("last") == '"last"'
