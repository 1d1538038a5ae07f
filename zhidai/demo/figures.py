"""The figures of the demo's year, asked from the running services: counts and money, no ids, no
times, so that two runs can be compared byte for byte."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from zhidai.demo.caller import Callers, together
from zhidai.demo.people import AUDITOR
from zhidai.demo.plan import POOLS, Pool, month_name
from zhidai.demo.story import APPLICATIONS, RISK_POOL, Story


async def collect(callers: Callers, story: Story) -> dict[str, Any]:
    """The year in figures, per pool."""
    months = tuple(month_name(month) for month in range(1, story.months + 1))
    pools = await together([_pool(callers, pool, months) for pool in POOLS])
    return {
        "refused_at_the_door": dict(sorted(story.refused_at_the_door.items())),
        "pools": {pool.code: figures for pool, figures in zip(POOLS, pools, strict=True)},
    }


async def _pool(callers: Callers, pool: Pool, months: tuple[str, ...]) -> dict[str, Any]:
    cases = await callers.every(AUDITOR, APPLICATIONS, "/applications", pool=pool.code)
    claims = await callers.every(AUDITOR, RISK_POOL, "/claims", pool=pool.code)
    whole = [await callers.get(AUDITOR, RISK_POOL, f"/claims/{claim['id']}") for claim in claims]
    recoveries = await callers.every(AUDITOR, RISK_POOL, "/recoveries", pool=pool.code)
    balances = await callers.get(AUDITOR, RISK_POOL, f"/pools/{pool.code}/balances")
    settlements = [
        await callers.get(AUDITOR, RISK_POOL, f"/pools/{pool.code}/settlements/{month}")
        for month in months
    ]
    events = await _events(callers, pool.code)
    return {
        "applications": dict(sorted(Counter(case["state"] for case in cases).items())),
        "declined_by": dict(sorted(events["declined"].items())),
        "breakers": events["breakers"],
        "claims": sorted(
            (
                {
                    "bank": claim["bank_code"],
                    "base": claim["base"],
                    "shares": {share["party"]: share["amount"] for share in claim["shares"]},
                    "caps_bound": [cap["code"] for cap in claim["caps_bound"]],
                    "state": claim["state"],
                }
                for claim in whole
            ),
            key=lambda row: json.dumps(row, sort_keys=True),
        ),
        "recoveries": {
            "count": len(recoveries),
            "states": dict(sorted(Counter(row["state"] for row in recoveries).items())),
        },
        "balances": dict(sorted((row["account"], row["balance"]) for row in balances["accounts"])),
        "settlements": {
            month: {
                "state": settlement["state"],
                "parties": {
                    line["party_code"]: line["net"]
                    for line in sorted(settlement["statements"], key=lambda s: s["party_code"])
                },
                "movements": _movements(settlement),
            }
            for month, settlement in zip(months, settlements, strict=True)
        },
    }


def _movements(settlement: dict[str, Any]) -> dict[str, str]:
    return {
        f"{row['account']} {row['kind']}": f"{row['debited']} {row['credited']}"
        for row in sorted(settlement["movements"], key=lambda row: (row["account"], row["kind"]))
    }


async def _events(callers: Callers, pool_code: str) -> dict[str, Any]:
    """What the pool's feed says of declined capacity and of breakers."""
    declined: Counter[str] = Counter()
    breakers: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        feed = await callers.get(AUDITOR, RISK_POOL, "/events", limit=1000, **cursor)
        if not feed["items"]:
            break
        cursor = {"cursor": feed["next_cursor"]}
        for event in feed["items"]:
            said = event["data"]
            if said.get("pool_code") != pool_code:
                continue
            if event["type"] == "coverage.declined.v1":
                declined[said["limits"][0]["limit"]] += 1
            elif event["type"].split(".")[1] in ("warned", "suspended", "stopped", "resumed"):
                kind = event["type"].removesuffix(".v1")
                breakers.append(" ".join((said["on"][:7], kind, said.get("bank_code", ""))).strip())
    return {"declined": declined, "breakers": sorted(breakers)}


def write(figures: dict[str, Any], place: Path) -> None:
    """As JSON that is the same whenever the figures are."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps(figures, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
