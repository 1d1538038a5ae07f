"""`zhidai scheme publish` over the real API: proposed by one person, approved by another."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer
from typer.testing import CliRunner, Result

from services.risk_pool.main import SERVICE
from shared.schemes import library
from tests.publishing import proposal
from tests.risk_pool.claims.test_command_line import over_http
from zhidai import schemes_cli


async def test_a_file_is_published_from_the_command_line_by_two_people(
    running: Any, monkeypatch: Any, tmp_path: Path
):
    cli = typer.Typer()
    schemes_cli.mount(cli)
    file = tmp_path / "dongli.yaml"
    file.write_bytes(library.path_of("dongli").read_bytes())
    accepts = [word for name in proposal("dongli")["accepts"] for word in ("--accept", name)]
    async with running(SERVICE, due_interval_seconds=3600) as service:
        await service.context.clock.set(datetime(2026, 1, 11, 1, 0, tzinfo=UTC))
        async with over_http(service.app) as root:
            monkeypatch.setenv("ZHIDAI_RISK_POOL_URL", root)

            async def publish(*arguments: str, who: str = "lin", role: str = "pool_manager"):
                monkeypatch.setenv("ZHIDAI_TOKEN", service.token(who, role, institution="*"))
                words = ["scheme", "publish", str(file), *arguments]
                found: Result = await asyncio.to_thread(CliRunner().invoke, cli, words)
                return found

            silent = await publish("--from", "2026-01-01")
            assert silent.exit_code == 1
            assert "scheme-says-too-little" in silent.output
            assert "loan_cap" in silent.output
            assert (await publish()).exit_code == 2  # no day
            for _ in range(2):  # An answer may be lost and asked for again.
                proposed = await publish("--from", "2026-01-01", *accepts)
                assert proposed.exit_code == 0, proposed.output
                assert "待发布" in proposed.output
            alone = await publish("--approve", role="approver")
            assert alone.exit_code == 1
            assert "second-person-required" in alone.output
            kept = file.read_bytes()
            file.write_bytes(kept + b"# another\n")
            other = await publish("--approve", who="he", role="approver")
            assert other.exit_code == 1
            assert "SHA-256" in other.output
            file.write_bytes(kept)

            published = await publish("--approve", who="he", role="approver")

            assert published.exit_code == 0, published.output
            assert "第 1 版" in published.output
            assert "已发布" in published.output
            wrong = kept.decode().replace("status: complete", "status: done")
            file.write_text(wrong, encoding="utf-8")
            unreadable = await publish("--from", "2026-02-01", *accepts)
            assert unreadable.exit_code == 1
            assert "第 8 行" in unreadable.output
