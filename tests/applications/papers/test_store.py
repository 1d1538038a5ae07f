"""The store by URL speaks S3; settings for production are asked for, and links are signed."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest
from pydantic import ValidationError

from services.applications.settings import Settings
from services.applications.storage.objects import store_at
from tests.applications.office import Office
from tests.applications.papers.test_sending import sent
from tests.production import COMMON
from zhidai.demo.paper import pdf


class Bucket(BaseHTTPRequestHandler):
    """As much of S3's HTTP as a store of papers needs: PUT, HEAD, GET with Range, DeleteObjects."""

    kept: ClassVar[dict[str, bytes]] = {}
    signed: ClassVar[list[str]] = []

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body)), "ETag": '"e"'} | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def do_PUT(self) -> None:
        self.signed.append(self.headers.get("Authorization", ""))
        self.kept[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(200)

    def do_HEAD(self) -> None:
        whole = self.kept.get(self.path)
        self.send_response(404 if whole is None else 200)
        self.send_header("Content-Length", str(len(whole or b"")))
        self.send_header("ETag", '"e"')
        self.send_header("Last-Modified", "Mon, 02 Mar 2026 01:00:00 GMT")
        self.end_headers()

    def do_GET(self) -> None:
        whole = self.kept.get(self.path)
        if whole is None:
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
            return
        first, _, last = self.headers["Range"].removeprefix("bytes=").partition("-")
        part = whole[int(first) : int(last) + 1]
        where = f"bytes {first}-{int(first) + len(part) - 1}/{len(whole)}"
        self._answer(206, part, Content_Range=where, Last_Modified="Mon, 02 Mar 2026 01:00:00 GMT")

    def do_POST(self) -> None:
        """DeleteObjects: several keys in one request."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        keys = re.findall(r"<Key>(.*?)</Key>", body)
        for key in keys:
            self.kept.pop(f"/{self.path.split('/')[1].split('?')[0]}/{key}", None)
        told = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)
        self._answer(200, f"<DeleteResult>{told}</DeleteResult>".encode())


@contextmanager
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A store that the environment names, as an operator's does."""
    Bucket.kept.clear()
    Bucket.signed.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Bucket)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for name, value in (
        ("AWS_ENDPOINT", f"http://127.0.0.1:{server.server_port}"), ("AWS_ALLOW_HTTP", "true"),
        ("AWS_REGION", "cn-north-1"), ("AWS_ACCESS_KEY_ID", "zhidai"),
        ("AWS_SECRET_ACCESS_KEY", "only for a test"),
    ):  # fmt: skip
        monkeypatch.setenv(name, value)
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


async def test_papers_lie_in_an_s3_compatible_store_by_its_url(running, monkeypatch):
    from services.applications.main import SERVICE

    with bucket(monkeypatch) as url:
        place = f"s3://papers/{url.rsplit(':', 1)[-1]}"
        async with running(SERVICE, due_interval_seconds=3600, documents=place) as service:
            office = Office(service)
            await office.lets_banks_in()
            content = pdf("在对象存储中")
            paper = (await sent(office.bank(), content)).json()
            part = await office.bank().get(
                f"/documents/{paper['id']}/content", headers={"Range": "bytes=5-7"}
            )
            whole = await office.bank().get(f"/documents/{paper['id']}/content")
            lying = dict(Bucket.kept)
            await store_at(place).remove(next(iter(lying)).split("/", 3)[-1])

    assert (part.content, whole.content) == (content[5:8], content)
    (key,) = lying
    assert key.endswith(f"/{paper['sha256'][:2]}/{paper['sha256']}/{paper['id']}")
    assert lying[key] == content
    assert all(one.startswith("AWS4-HMAC-SHA256 Credential=zhidai/") for one in Bucket.signed)
    assert Bucket.kept == {}


SECRET = {"document_link_secret": "s" * 32}


@pytest.mark.parametrize(
    ("given", "asked_for"),
    [
        (SECRET, "say where papers lie"),
        ({"documents": "/papers"}, "links to papers are signed by it"),
    ],
)
def test_in_production_the_place_and_the_secret_are_asked_for(given, asked_for):
    with pytest.raises(ValidationError, match=asked_for):
        Settings(**COMMON, **given)
    Settings(**COMMON, **SECRET, documents="/papers")


@pytest.mark.parametrize("clamd", ["clamav", "unix:", "http://clamav:3310", "clamav:x"])
def test_the_scanner_is_named_by_host_and_port_or_by_a_socket(clamd):
    with pytest.raises(ValidationError, match="clamd"):
        Settings(**COMMON | {"environment": "development"}, clamd=clamd)
