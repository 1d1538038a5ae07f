"""The pages that show the API take nothing from elsewhere, and production does not show them."""

import hashlib
import re
from typing import Any

import httpx
import pytest

from shared.http.docs_page import FOLDER, PATH
from shared.http.own_page import POLICY
from shared.messaging.local import LocalTransport
from shared.service import Service, build
from shared.settings import ServiceSettings
from tests.shared.test_sandbox import COMMON


def _browser(environment: Any) -> httpx.AsyncClient:
    service = Service(
        name="applications", title="", routers=(), consumes={}, settings_type=ServiceSettings
    )
    settings = ServiceSettings(**COMMON | {"environment": environment})
    app = build(service, settings, transport=LocalTransport(groups=()))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x")


async def test_the_page_of_the_api_and_its_styles_name_own_addresses_alone():
    async with _browser("development") as browser:
        page = await browser.get(PATH)
        named = re.findall(r'(?:src|href|data-openapi)="([^"]*)"', page.text)
        assert len(named) == 4, page.text
        for address in named:
            assert re.match(r"/api/v1/", address), address
            answer = await browser.get(address)
            assert answer.status_code == 200, address
            if address.endswith(".css"):
                assert not re.search(r"@import|url\(\s*(?![\"']?data:)", answer.text)
            if not address.endswith(".json"):
                assert answer.headers["content-security-policy"] == POLICY
        assert page.headers["content-security-policy"] == POLICY
        assert "://" not in page.text.replace("http://www.w3.org", "")
        assert "<script>" not in page.text


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
async def test_what_is_served_is_the_published_package_unaltered(encoding):
    sums = dict(
        reversed(line.split()) for line in (FOLDER / "files.sha256").read_text().splitlines()
    )

    async with _browser("development") as browser:
        for name, expected in sums.items():
            answer = await browser.get(f"{PATH}/{name}", headers={"Accept-Encoding": encoding})
            assert answer.headers.get("content-encoding", "identity") == encoding
            assert hashlib.sha256(answer.content).hexdigest() == expected, name

    assert sorted(sums) == ["swagger-ui-bundle.js", "swagger-ui.css"]


async def test_production_shows_neither_the_page_nor_its_files():
    async with _browser("production") as browser:
        for path in (PATH, f"{PATH}/swagger-ui.css"):
            assert (await browser.get(path)).status_code == 404
