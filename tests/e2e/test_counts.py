"""The kept counts against the rows they stand for, as an operator asks: after a life, and after an alteration."""

import asyncio
from typing import Any

import pytest
import typer

from services.applications.main import SERVICE as APPLICATIONS
from services.applications.tables import case_counts
from services.notifications.main import SERVICE as NOTIFICATIONS
from services.risk_pool.handlers.book_counts import count_once
from services.risk_pool.main import SERVICE as RISK_POOL
from shared.postgres.database import EVERYWHERE
from tests.e2e.town import Town
from tests.notifications.conftest import SETTINGS
from zhidai.commands import counts

pytestmark = pytest.mark.xdist_group("rebuilt")

LOANS_OF_ALL = "update loan_counts set outstanding_fen = outstanding_fen + 1 where bank_code = '*'"


def typed(capsys: Any, **words: Any) -> tuple[int, str]:
    """The command as an operator gives it: exit code, and what it said."""
    capsys.readouterr()
    try:
        counts.counts(**words)
    except typer.Exit as end:
        return end.exit_code, "".join(capsys.readouterr())
    return 0, "".join(capsys.readouterr())


async def kept(town: Town) -> None:
    """Everything that has moved is counted."""
    async with town.services["applications"].context.database.begin(EVERYWHERE) as conn:
        await case_counts.add_up(conn)
    while await count_once(town.services["risk_pool"].context):
        pass


async def test_counts_are_held_against_the_rows_and_made_anew(
    running, monkeypatch, capsys, tmp_path
):
    async with running(APPLICATIONS, RISK_POOL, NOTIFICATIONS, **SETTINGS) as started:
        town = Town(*started)
        for name, service in town.services.items():
            url = str(service.context.settings.database_url)
            monkeypatch.setenv(f"{name}_DATABASE_URL".upper(), url)
        await town.opens("dongli")
        await town.lends(loan_no="JJ-1")

        async def asked(**words: Any) -> tuple[int, str]:
            return await asyncio.to_thread(
                typed, capsys, **{"again": False, "state": tmp_path, **words}
            )

        before = await asked()
        await kept(town)
        after = await asked()
        assert (before[0], after[0]) == (0, 0), (before, after)
        database = town.services["applications"].context.database
        statistics = await town.office.reviewer().get("/statistics")
        async with database.begin(EVERYWHERE) as conn:
            assert await conn.execute(LOANS_OF_ALL) == "UPDATE 1"

        code, said = await asked()
        assert code == 3 and said.count("loan_counts") == 2, said
        assert (await asked(again=True))[0] == 0
        assert (await town.office.reviewer().get("/statistics")).json() == statistics.json()
        await kept(town)
        assert (await asked())[0] == 0
