"""A first installation as `init-production` makes it, in its containers: TLS to broker, database and
people, on the real clock; a loan is told over it while things are killed."""

import asyncio
import ssl
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from shared.auth.issuer import Issuer
from shared.money import format_fen
from shared.months import Month, add_months
from shared.schemes import library
from tests.compose.conftest import NOW
from tests.compose.doors import Doors, doors
from tests.compose.engine import Engine
from tests.compose.house import House, house
from tests.compose.images import ROOT
from tests.compose.test_house import nothing_parked
from zhidai.demo import filing, plan
from zhidai.demo.caller import Callers, until
from zhidai.demo.cash import move
from zhidai.demo.month_end import STEPS
from zhidai.demo.people import ADMIN, APPROVER, AUDITOR, BANKS, POOL_MANAGER, REVIEWERS, operator_of
from zhidai.demo.plan import POOLS, Case, Course, Fate
from zhidai.demo.story import APPLICATIONS, NOTIFICATIONS, RISK_POOL, Live, Story

ISSUER = "https://id.example.cn/realms/zhidai"
POOL = POOLS[0]
TODAY = datetime.now(ZoneInfo("Asia/Shanghai")).date()

pytestmark = [pytest.mark.timeout(1800)]


def installed(home: House) -> Issuer:
    """Run the command in the house's folder; whoever signs tokens in the provider's name, whose keys
    are a file here."""
    command = [sys.executable, "-m", "zhidai.cli", "init-production", "--into", str(home.folder),
               "--public-url", "https://pool.example.cn", "--issuer", ISSUER]  # fmt: skip
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    issuer = Issuer.at(home.folder / "provider", environment="sandbox", issuer=ISSUER)
    keys = home.folder / "certificates" / "house" / "jwks.json"
    keys.write_bytes((home.folder / "provider" / "jwks.json").read_bytes())
    keys.chmod(0o644)
    variables = home.folder / ".env"
    lines = [
        "TOKEN_KEYS=/certificates/jwks.json" if line.startswith("TOKEN_KEYS=") else line
        for line in variables.read_text().splitlines()
    ]
    variables.write_text("\n".join(lines) + "\n")
    return issuer


def trusted(home: House) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(home.folder / "certificates/house/ca.pem"))


def case() -> Case:
    """A clean wish for a loan, as of today."""
    found = next(
        one for one in plan.plan()
        if one.pool == POOL.code and one.mode == "direct" and one.fate is Fate.CLEAN
        and one.month == 2 and one.course is not Course.DEFAULT
    )  # fmt: skip
    return replace(found, bank=BANKS[0].code)


def dated(body: dict[str, Any]) -> dict[str, Any]:
    for right in body["collateral"]:
        right["valuation"]["valued_on"] = (TODAY - timedelta(days=20)).isoformat()
    return body


async def opened(story: Story) -> None:
    """A programme, a bank and a pool since the first of the month before."""
    body = filing.version_body(POOL.code)
    versions = f"/programmes/{POOL.code}/versions"
    made = await story.callers.post(POOL_MANAGER, RISK_POOL, versions, body, fact="proposed")
    await story.callers.post(
        APPROVER, RISK_POOL, f"{versions}/{made['number']}/publish", {}, fact="published"
    )
    for bank in BANKS:
        named = {"code": bank.code, "name": bank.name, "uscc": bank.uscc}
        await story.callers.post(ADMIN, APPLICATIONS, "/banks", named, fact=f"bank {bank.code}")
    since = add_months(TODAY.replace(day=1), -1).isoformat()
    pool = filing.pool_body(POOL) | {"opened_on": since}
    for party in pool["parties"]:
        if "line" in party:
            party["line"] |= {"valid_from": since}
    await story.callers.post(POOL_MANAGER, RISK_POOL, "/pools", pool, fact="pool")
    for code, _role, yuan in POOL.contributions:
        await move(story, POOL, "contribution", f"{yuan}.00", TODAY.isoformat(), party_code=code,
                   note="注资", fact=f"contribution {code}")  # fmt: skip
    await until("applications knows the pool", partial(_has, story, APPLICATIONS, "/pools"))


async def _has(story: Story, service: str, path: str) -> bool:
    return bool((await story.callers.get(APPROVER, service, path))["items"])


async def filed_and_approved(story: Story) -> Live:
    """The bank files; one person recommends, another approves; the pool reserves."""
    live = Live(case())
    bank = operator_of(live.case.bank)
    body = dated(filing.body(live.case))
    await story.papers(bank, live.case, [one["kind"] for one in body["documents"]])
    answer = await story.callers.post(bank, APPLICATIONS, "/applications", body, fact="submit")
    live.id, live.state = answer["id"], answer["state"]
    assert live.state == "accepted", answer
    await story.act(live, REVIEWERS[0], "take", {})
    await story.act(live, REVIEWERS[0], "recommend", {"opinion": "材料齐全，建议入库"})
    await story.act(live, APPROVER, "approve", {"opinion": "同意入库", "lists_checked": lists()})
    return live


async def lent(story: Story, live: Live) -> None:
    """The pledge is registered and the loan is paid out, today."""
    await until("the pool has reserved", partial(is_in, story, live, "capacity_reserved"))
    bank = operator_of(live.case.bank)
    pledge = filing.pledge_body(live.case)
    for entry in pledge["registrations"]:
        entry["registered_on"] = TODAY.isoformat()
    await story.act(live, bank, "pledge-registration", pledge)
    paid = {
        "loan_no": live.case.loan_no, "amount": format_fen(live.case.amount_fen),
        "disbursed_on": TODAY.isoformat(),
        "matures_on": add_months(TODAY, live.case.tenor_months).isoformat(),
        "lists_checked": lists(),
    }  # fmt: skip
    await story.act(live, bank, "disbursement", paid)


def lists() -> list[dict[str, Any]]:
    names = library.load(POOL.code).terms(TODAY, "direct").credit_lists
    return [{"name": name, "checked_on": TODAY.isoformat(), "found": False} for name in names]


async def is_in(story: Story, live: Live, state: str) -> bool:
    found = await story.callers.get(APPROVER, APPLICATIONS, f"/applications/{live.id}")
    return bool(found["state"] == state)


async def covered(story: Story, live: Live) -> bool:
    return live.id in await story.coverages("active")


async def settled(story: Story) -> None:
    """Two persons settle the month before, in which the pool was opened."""
    at = f"/pools/{POOL.code}/settlements/{Month.of(add_months(TODAY.replace(day=1), -1))}"
    for person, action in STEPS:
        await story.callers.post(person, RISK_POOL, f"{at}/{action}", {}, fact=action)
    month = await story.callers.get(AUDITOR, RISK_POOL, at)
    assert month["state"] in ("posted", "matched", "closed"), month


def test_an_installation_for_production_comes_up_and_loses_nothing(docker: Engine, tmp_path: Path):
    with house(docker, tmp_path / "production", image=NOW) as home:
        issuer = installed(home)
        home.up()
        home.wait_until_healthy()
        only_tls(home)
        held(home)
        asyncio.run(told(home, issuer))
        audit = home.in_container("risk-pool", "python", "-m", "zhidai.cli", "audit")
        docker.say(audit)
        assert "✗" not in audit and POOL.code in audit


async def told(home: House, issuer: Issuer) -> None:
    async with doors(home, scheme="https") as led, Callers(led, issuer, seed=1) as callers:
        callers._client = httpx.AsyncClient(verify=trusted(home), timeout=30)
        story = Story(callers, (), step=home.engine.say)
        await opened(story)
        live = await filed_and_approved(story)
        await asyncio.to_thread(home.kill, "risk-pool")
        await asyncio.to_thread(home.kill_and_start, "kafka")
        await lent(story, live)
        await asyncio.to_thread(home.kill_and_start, "postgres")
        await asyncio.to_thread(home.kill, "applications")
        await until("the loan is in cover", partial(covered, story, live))
        await asyncio.to_thread(home.wait_until_healthy)
        await until("nothing is parked", partial(nothing_parked, callers))
        assert len(await story.coverages("active")) == 1
        cases = await callers.every(AUDITOR, APPLICATIONS, "/applications")
        assert [one["state"] for one in cases] == ["disbursed"]
        balances = await callers.get(AUDITOR, RISK_POOL, f"/pools/{POOL.code}/balances")
        booked = {row["account"]: row["balance"] for row in balances["accounts"]}
        assert "18000000.00" in booked.values(), booked
        assert (await callers.get(APPROVER, NOTIFICATIONS, "/inbox"))["items"]
        await signed_in(led, home)
        await settled(story)


async def signed_in(led: Doors, home: House) -> None:
    """The console sends a stranger to log in; services show him no description and no figure."""
    async with httpx.AsyncClient(verify=trusted(home)) as browser:
        page = await browser.get(f"{led.url('console')}/")
        assert (page.status_code, page.headers["location"]) == (303, "/login"), page.text
        for service in (APPLICATIONS, RISK_POOL, NOTIFICATIONS):
            assert (await browser.get(f"{led.url(service)}/docs")).status_code == 404
            unknown = await browser.get(f"{led.api(service)}/events")
            assert unknown.status_code == 401


def only_tls(home: House) -> None:
    """No published port answers in the clear, and the database and the broker take nobody so."""
    with httpx.Client(timeout=5) as client:
        for port in (8100, 8101, 8102, 8103):
            with pytest.raises(httpx.HTTPError):
                client.get(f"http://127.0.0.1:{port}/healthz")
            url = f"https://localhost:{port}/healthz"
            assert httpx.get(url, verify=trusted(home)).status_code == 200
    url = "postgresql://risk_pool:x@postgres/risk_pool?sslmode=disable"
    code = f"import asyncio, asyncpg; asyncio.run(asyncpg.connect({url!r}, ssl=False))"
    refused = home.engine.docker(
        "exec", home.containers("risk-pool")[0], "python", "-c", code, check=False
    )
    assert "no pg_hba.conf entry" in refused, refused


def held(home: House) -> None:
    """Every container of ours is held: a root that nobody writes, no capabilities, no root user."""
    for name in (*("applications", "risk-pool", "notifications", "console"), "kafka-rights"):
        for one in home.containers(name):
            seen = home.seen(one)
            host = seen["HostConfig"]
            assert host["ReadonlyRootfs"] and host["CapDrop"] == ["ALL"] and not host["CapAdd"]
            assert any("no-new-privileges" in option for option in host["SecurityOpt"])
            assert seen["Config"]["User"] == "10001"
    said = home.in_container(
        "risk-pool", "sh", "-c", "touch /app/x || id -u; pip --version || true"
    )
    assert "10001" in said and "not found" in said, said
