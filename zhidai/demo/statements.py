"""The signed statements of the year, fetched as anybody would fetch them."""

from collections.abc import Callable
from pathlib import Path

from zhidai.demo.caller import Callers, together
from zhidai.demo.people import AUDITOR
from zhidai.demo.plan import POOLS, month_name
from zhidai.demo.story import RISK_POOL


async def fetch(callers: Callers, folder: Path, step: Callable[[str], None]) -> int:
    """Every party's statement of the last month of each quarter, as PDF and XLSX."""
    wanted = []
    for pool in POOLS:
        for month in map(month_name, (3, 6, 9, 12)):
            settlement = await callers.get(
                AUDITOR, RISK_POOL, f"/pools/{pool.code}/settlements/{month}"
            )
            place = folder / pool.code / month
            place.mkdir(parents=True, exist_ok=True)
            for line in settlement["statements"]:
                for kind in ("pdf", "xlsx"):
                    name = f"{line['party_code']}.{kind}"
                    url = f"/pools/{pool.code}/settlements/{month}/statements/{name}"
                    wanted.append(_one(callers, url, place / name))
            step(f"{month} 对账单")
    await together(wanted)
    return len(wanted)


async def _one(callers: Callers, url: str, place: Path) -> None:
    place.write_bytes(await callers.get_bytes(AUDITOR, RISK_POOL, url))
