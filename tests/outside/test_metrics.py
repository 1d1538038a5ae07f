"""Prometheus' own tool takes the page of metrics of each service and of the console."""

import asyncio
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.front_door.started import up
from tests.go_programs import PROMTOOL, go_program

pytestmark = pytest.mark.timeout(900)


@pytest.mark.program(
    "promtool", version=PROMTOOL.version, does="checks the pages of metrics: nothing to mend"
)
async def test_promtool_finds_nothing_to_mend_in_any_page_of_metrics(state_of_module: Path):
    program = go_program(PROMTOOL)
    async with up(state_of_module) as running:
        async with httpx.AsyncClient(timeout=30) as http:
            pages = {
                name: (await http.get(f"{url.removesuffix('/api/v1')}/metrics")).text
                for name, url in running.places.items()
            }

    assert len(pages) == 3
    for name, page in pages.items():
        assert "zhidai_outbox_depth" in page
        checked = await asyncio.to_thread(
            subprocess.run,
            [program, "check", "metrics"],
            input=page,
            capture_output=True,
            text=True,
        )
        assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", ""), name
