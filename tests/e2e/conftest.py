"""The three services together, in one process, kept for all tests of a module."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.applications.main import SERVICE as APPLICATIONS
from services.notifications.main import SERVICE as NOTIFICATIONS
from services.risk_pool.main import SERVICE as RISK_POOL
from shared.auth.issuer import Issuer
from tests.applications.office import ICBC
from tests.e2e.town import Town
from tests.notifications.conftest import SETTINGS
from tests.services import together


@pytest.fixture(scope="module")
async def town(
    databases_of_module: Any, issuer: Issuer, shared_folder: Path
) -> AsyncIterator[Town]:
    """Three services that have just been started: no bank, no pool yet."""
    services = (APPLICATIONS, RISK_POOL, NOTIFICATIONS)
    async with together(
        services, databases_of_module, issuer, shared_folder, **SETTINGS, due_interval_seconds=3600
    ) as (applications, risk_pool, notifications):
        yield Town(applications, risk_pool, notifications)


@pytest.fixture(scope="module")
async def full(town: Town) -> tuple[Town, dict[str, str]]:
    """ICBC has one of everything; CCB takes part in the same pool and has nothing yet."""
    await town.opens("dongli")
    await town.lets_guarantor_in()
    settings = {"url": "https://bank.example.cn/hooks"}
    keeper = town.clerk("notifications", ICBC)
    endpoint = await town.asks(keeper, "/endpoints", settings, 201)
    group = {
        "kind": "wecom",
        "url": "https://robots.example.cn/cgi-bin/webhook/send?key=693a91f6-7abc",
        "roles": ["bank_operator"],
    }
    robot = await town.asks(keeper, "/robots", group, 201)
    words = {
        "event_type": "claim.paid.v1",
        "title": {"zh": "已付", "en": "Paid"},
        "text": {"zh": "{{ number }}", "en": "{{ number }}"},
        "why": "统一用语",
    }
    template = await town.asks(keeper, "/templates", words, 201)
    case = await town.lends()
    await town.goes_bad()
    claim = await town.claims(case)
    await town.is_paid(claim)
    recovery = await town.recovers(claim)
    seen = {"trial": recovery["trial"]["id"]}
    await town.asks(town.checker, f"/recoveries/{recovery['id']}/confirm", seen)
    bad = await goes_on(town, case["id"], claim["id"])
    await town.it_is("2026-05-06")
    for month in ("2026-01", "2026-02", "2026-03", "2026-04"):
        at = f"/pools/dongli/settlements/{month}"
        for person, step in (
            (town.maker, "preview"),
            (town.maker, "confirm"),
            (town.checker, "sign"),
            (town.maker, "post"),
        ):
            await town.asks(person, f"{at}/{step}")
    wrong = {"kind": "claw_back", "reason": "用途不符", "evidence": "审计报告"}
    adjustment = await town.asks(town.maker, f"/claims/{claim['id']}/adjustments", wrong, 201)
    await town.asks(
        town.checker,
        f"/adjustments/{adjustment['id']}/decide",
        {"trial": adjustment["trial"]["id"], "opinion": "属实"},
    )
    messages = (await keeper.get("/messages")).json()["items"]
    inbox = (await keeper.get("/inbox")).json()["items"]
    coverage = (await town.clerk().get(f"/coverages/{case['id']}")).json()
    key = {"Idempotency-Key": "a-key-of-icbc"}
    await town.clerk("applications").post("/applications", json={}, headers=key)
    written = {"title": "格力", "programme": "dongli"}
    draft = await town.asks(town.clerk("applications"), "/drafts", written, 201)
    return town, {
        "draft_id": draft["id"],
        "case_id": case["id"],
        "loan_id": case["id"],
        "claim_id": claim["id"],
        "recovery_id": recovery["id"],
        "adjustment_id": adjustment["id"],
        **bad,
        "endpoint_id": endpoint["id"],
        "robot_id": robot["id"],
        "template_id": template["id"],
        "event_type": "claim.paid.v1",
        "secret_id": endpoint["secrets"][0]["id"],
        "message_id": messages[0]["id"],
        "inbox_id": inbox[0]["id"],
        "explanation_id": coverage["explanation_id"],
        "code": "dongli",
        "month": "2026-04",
        "party_code": ICBC,
        "form": "json",
        "key": "a-key-of-icbc",
    }


async def goes_on(town: Town, loan_id: str, claim_id: str) -> dict[str, str]:
    """A warning, a disposal and the collection of a loan that has been compensated."""
    clerk = town.clerk()
    told = {"loan_id": loan_id, "cause": "business", "level": "orange", "text": "停产"}
    warning = await town.asks(clerk, "/pools/dongli/warnings", told, 201)
    pledges = (await clerk.get(f"/coverages/{loan_id}/pledges")).json()["items"]
    right = {name: pledges[0][name] for name in ("kind", "number")}
    opening = {"rights": [right], "reason": "逾期未还"}
    disposal = await town.asks(clerk, f"/coverages/{loan_id}/disposals", opening, 201)
    begun = {"collector": "资产保全部", "plan": "先函后诉"}
    collection = await town.asks(clerk, f"/claims/{claim_id}/collection", begun, 201)
    return {
        "warning_id": warning["id"],
        "disposal_id": disposal["id"],
        "collection_id": collection["id"],
    }
