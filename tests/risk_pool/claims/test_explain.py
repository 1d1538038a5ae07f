"""Any figure opens to its parts, transfers, rule, version, article with its text, inputs, people;
and nobody sees an explanation of what is not theirs."""

import asyncio
import re
from typing import Any

import pytest

from shared.money import parse_fen
from tests.risk_pool.claims.driver import amounts, claims_of
from tests.risk_pool.claims.test_command_line import over_http
from tests.risk_pool.claims.test_outside_audit import said_by
from tests.risk_pool.claims.test_statements import settled
from tests.schemes.test_sources import SHORT

MONTH = "2026-03"


async def opened(person: Any, address: str) -> dict[str, Any]:
    answer = await person.get(f"/explanations/{address}")
    assert answer.status_code == 200, (address, answer.text)
    found: dict[str, Any] = answer.json()
    return found


async def refused(person: Any, address: str) -> str:
    answer = await person.get(f"/explanations/{address}")
    assert answer.status_code == 404, (address, answer.text)
    return str(answer.json()["code"])


async def test_a_share_of_a_claim_opens_to_ratio_caps_version_article_transfers_and_people(running):
    async with claims_of(running, "ICBC", "CCB", after=settled) as pool:
        claim = pool.claim
        shares = amounts(claim["shares"])

        told = await opened(pool.auditor, f"claim/{claim['number']}/shares/pool")

        assert told["amount"] == shares["pool"]
        assert sum(parse_fen(one["amount"]) for one in told["parts"]) == parse_fen(told["amount"])
        this = next(step for step in told["steps"] if step["is_this"])
        assert this["rule"] == "shares" and told["amount"] in this["result"]
        scheme = told["scheme"]
        assert (scheme["name_zh"], scheme["mode_zh"]) == (
            "东丽区知识产权质押融资风险补偿资金池", "资金池与银行分担",
        )  # fmt: skip
        assert scheme["published_by"] and scheme["proposed_by"] != scheme["published_by"]
        assert re.fullmatch(r"[0-9a-f]{64}", scheme["sha256"])
        booked = [one for one in told["transfers"] if one["kind"] == "claim-approved"]
        assert [one["amount"] for one in booked] == [claim["pool_pays"]]
        assert booked[0]["address"] == f"transfer/dongli/{booked[0]['seq']}"
        assert {one["action"] for one in told["people"]} >= {"submit", "review", "approve", "pay"}


async def test_every_source_is_in_words_with_number_link_and_text_or_says_that_it_is_not_known(
    running,
):
    async with claims_of(running, "ICBC", "CCB", after=settled) as pool:
        claim = pool.claim

        told = await opened(pool.auditor, f"claim/{claim['number']}/base")

        sources = [one for step in told["steps"] for one in step["sources"]]
        assert len(sources) > 8
        for one in sources:
            assert one["title_zh"] and SHORT.search(one["title_zh"]) is None
            assert (one["known"] == "text") == bool(one["text_zh"])
        assert any(one["number"] == "〔2022〕9号" and one["link"] for one in sources)
        balance = next(step for step in told["steps"] if step["rule"] == "caps.pool_balance")
        assert balance["sources"][0]["known"] == "text"
        assert "余额为限" in balance["sources"][0]["text_zh"]
        assert all(SHORT.search(step["source"]) is None for step in told["steps"])


async def test_each_figure_of_a_statement_opens_to_what_adds_up_to_it_down_to_the_transfers(
    running,
):
    async with claims_of(running, "ICBC", "CCB", after=settled) as pool:
        looked_at = 0
        for party in ("dongli", "ICBC", "CCB", "DL-FIN"):
            told = (
                await pool.auditor.get(f"/pools/dongli/settlements/{MONTH}/statements/{party}.json")
            ).json()
            where = f"statement-line/dongli/{MONTH}/{party}"
            figures = {
                f"{where}/{table['code']}/{row}": amount
                for table in told["tables"]
                for row, amount in (
                    ("opening", table["opening"]),
                    *((one["kind"], one["amount"]) for one in table["rows"]),
                    ("closing", table["closing"]),
                )
            }
            for field in ("payable", "receivable", "net"):
                figures[f"statement/dongli/{MONTH}/{party}/{field}"] = told["due"][field]
            for address, amount in figures.items():
                looked_at += await _adds_up(pool.auditor, address, amount)

        assert looked_at > 40


async def _adds_up(person: Any, address: str, amount: str) -> int:
    """The figure is what was stated, its parts are it, each part opens to its own amount, and a
    balance to the transfers of its account."""
    told = await opened(person, address)
    assert told["amount"] == amount, address
    looked_at = 1
    if told["parts"]:
        assert sum(parse_fen(one["amount"]) for one in told["parts"]) == parse_fen(amount), address
    elif parse_fen(amount) and told["transfers_in_all"] <= len(told["transfers"]):
        account = address.split("/")[3]
        moved = sum(
            parse_fen(one["amount"]) * (1 if one["debit"] == account else -1)
            for one in told["transfers"]
        )
        assert abs(moved) == abs(parse_fen(amount)), address
    for part in told["parts"]:
        if part["address"]:
            inner = await opened(person, part["address"])
            assert abs(parse_fen(inner["amount"])) == abs(parse_fen(part["amount"])), part
            looked_at += 1
    return looked_at


async def test_the_figures_of_the_pools_page_open_and_add_up(running):
    async with claims_of(running, "ICBC", "CCB", after=settled) as pool:
        shown = (await pool.auditor.get("/pools/dongli")).json()

        for name in (
            "available",
            "paid_in",
            "cash",
            "payable",
            "receivable",
            "covered",
            "reserved",
        ):
            told = await opened(pool.auditor, f"pool/dongli/{name}")
            assert told["amount"] == shown[name]
            assert sum(parse_fen(one["amount"]) for one in told["parts"]) == parse_fen(shown[name])
            for part in told["parts"]:
                assert part["address"].startswith("balance/dongli/")
        for ceiling in shown["ceilings"]:
            told = await opened(pool.auditor, f"limit/dongli/{ceiling['limit']}")
            assert told["amount"] == ceiling["allowed"]
            assert told["steps"][0]["sources"] and told["scheme"] is not None
        before = await opened(pool.auditor, "pool/dongli/cash@2026-02-15")
        assert before["amount"] == "20000000.00"


async def test_a_recovery_and_a_movement_of_the_month_open_too(running):
    async with claims_of(running, "ICBC", "CCB", after=settled) as pool:
        claim = pool.claim
        recovery = (await pool.auditor.get(f"/recoveries/{claim['recoveries'][0]}")).json() if claim["recoveries"] else (await pool.auditor.get("/recoveries")).json()["items"][0]  # fmt: skip

        for what in ("gross", "net"):
            told = await opened(pool.auditor, f"recovery/{recovery['number']}/{what}")
            assert told["amount"] == recovery[what]
        for party, amount in amounts(recovery["shares"]).items():
            told = await opened(pool.auditor, f"recovery/{recovery['number']}/shares/{party}")
            assert told["amount"] == amount and told["steps"]
        moved = await opened(pool.auditor, f"month/dongli/{MONTH}/cash/claim-paid")
        assert moved["amount"] == "-1000000.00" and len(moved["transfers"]) == 1


@pytest.mark.parametrize(
    "address",
    [
        "statement/dongli/2026-03/CCB/net",
        "statement/dongli/2026-03/dongli/net",
        "statement-line/dongli/2026-03/CCB/current/closing",
        "balance/dongli/cash",
        "balance/dongli/payable:CCB",
        "balance/dongli/contribution:DL-FIN@2026-03-31",
        "month/dongli/2026-03/cash/claim-paid",
        "pool/dongli/available",
        "limit/dongli/maximum_leverage",
        "transfer/dongli/1",
    ],
)
async def test_a_bank_opens_no_figure_of_the_pool_or_of_others(running, address):
    async with claims_of(running, "ICBC", "CCB", after=settled) as pool:
        assert (await pool.auditor.get(f"/explanations/{address}")).status_code == 200
        assert await refused(pool.bank("ICBC"), address) == "no-such-figure"


async def test_a_bank_opens_its_own_figures_without_those_of_others(running):
    async with claims_of(running, "ICBC", "CCB", after=settled) as pool:
        claim = pool.claim
        own, other = pool.bank("ICBC"), pool.bank("CCB")
        share = f"claim/{claim['number']}/shares/bank"

        told = await opened(own, share)
        house = await opened(pool.auditor, share)

        assert told["amount"] == house["amount"] and told["seen_as"] == "bank"
        steps = {step["rule"]: step for step in told["steps"]}
        seen_by_house = {step["rule"]: step for step in house["steps"]}
        # The pool's balance and what others have used of a yearly budget are not the bank's to know.
        for cap in ("caps.pool_balance", "caps.programme_year"):
            assert set(steps[cap]["inputs"]) == {"due"}
            assert {"limit", "used"} <= set(seen_by_house[cap]["inputs"])
            assert "不予显示" in steps[cap]["note_zh"]
        assert set(steps["caps.bank_year"]["inputs"]) == set(
            seen_by_house["caps.bank_year"]["inputs"]
        )
        assert all(one["debit"].endswith(":ICBC") or one["credit"].endswith(":ICBC")
                   for one in told["transfers"])  # fmt: skip
        assert await refused(other, share) == "no-such-figure"
        for address in (
            f"statement/dongli/{MONTH}/ICBC/net",
            f"statement-line/dongli/{MONTH}/ICBC/covered/closing",
            "balance/dongli/covered:ICBC@2026-03-31",
        ):
            assert (await opened(own, address))["amount"] == (await opened(pool.auditor, address))[
                "amount"
            ]


async def test_what_a_held_reservation_opens_to_tells_a_bank_only_of_its_own_limits(running):
    async with claims_of(running, "ICBC", "CCB") as pool:
        await pool.covers("a", amount="1000000.00")
        booked = (await pool.auditor.get("/pools/dongli/transfers?kind=reserve")).json()["items"][0]

        house = await opened(pool.auditor, f"transfer/dongli/{booked['seq']}")
        bank = await opened(pool.bank("ICBC"), f"transfer/dongli/{booked['seq']}")

        seen, all_of_it = ({step["rule"]: step for step in one["steps"]} for one in (bank, house))
        # A firm's loans at other banks count under its cap, too.
        for rule in ("borrower_cap", "maximum_leverage", "bank_share_of_capacity"):
            assert {"used", "allowed"} <= set(all_of_it[rule]["inputs"])
            assert set(seen[rule]["inputs"]) == {"requested"} and seen[rule]["result"] == "—"
        assert await refused(pool.bank("CCB"), f"transfer/dongli/{booked['seq']}")


@pytest.mark.parametrize(
    "address",
    [
        "nothing", "claim/DL-C-2026-0009/base", "claim/DL-C-2026-0001/shares/king",
        "balance/dongli/petty", "balance/nowhere/cash", "balance/dongli/cash@yesterday",
        "transfer/dongli/x", "transfer/dongli/999", "pool/dongli/happiness", "limit/dongli/luck",
        "statement/dongli/2026-13/ICBC/net", "statement/dongli/2026-03/ICBC/hope",
        "statement-line/dongli/2026-03/ICBC/current/hope", "month/dongli/2026-03/cash/hope",
        "recovery/DL-R-2026-0001/hope", "subsidy/DL-S-2026-0001/amount", "claim//base",
    ],
)  # fmt: skip
async def test_an_address_of_nothing_is_refused_and_says_how_addresses_are_written(
    running, address
):
    async with claims_of(running, "ICBC", "CCB", after=settled) as pool:
        answer = await pool.auditor.get(f"/explanations/{address}")

        assert answer.status_code == 404 and answer.json()["code"] == "no-such-figure"
        assert "claim/DL-C-2026-0001/shares/pool" in answer.json()["forms"]


async def test_a_claim_and_an_explanation_tell_a_bank_nothing_of_the_pools_other_business(running):
    async with claims_of(running, "ICBC", "CCB", after=settled) as pool:
        claim = pool.claim
        where = f"/claims/{claim['id']}"
        house = (await pool.auditor.get(where)).json()
        bank = (await pool.bank("ICBC").get(where)).json()

        for told, is_bank in ((house, False), (bank, True)):
            caps = {one["code"]: one for one in told["explanation"]["limits"]}
            assert (caps["pool_balance"]["allowed"] is None) == is_bank
            assert caps["per_loan"]["allowed"]
            steps = {one["rule"]: one for one in told["explanation"]["explanation"]["steps"]}
            assert ("used" in steps["caps.programme_year"]["inputs"]) != is_bank
        assert house["shares"] == bank["shares"]
        transfers = await pool.auditor.get("/pools/dongli/transfers?kind=claim-approved")
        why = transfers.json()["items"][0]["explanation_id"]
        stored = (await pool.bank("ICBC").get(f"/pools/dongli/explanations/{why}")).json()
        assert stored["explanation"] == bank["explanation"]


async def test_the_command_tells_the_same_down_to_the_articles_text(running, monkeypatch):
    async with (
        claims_of(running, "ICBC", "CCB", after=settled) as pool,
        over_http(pool.service.app) as root,
    ):
        claim = pool.claim
        monkeypatch.setenv("ZHIDAI_RISK_POOL_URL", root)
        monkeypatch.setenv("ZHIDAI_TOKEN", pool.service.token("zhou", "auditor", institution="*"))
        address = f"claim/{claim['number']}/shares/pool"

        code, said = await asyncio.to_thread(said_by, "explain", address)
        english = await asyncio.to_thread(said_by, "explain", address, "--lang", "en")
        nothing = await asyncio.to_thread(said_by, "explain", "claim/X/base")

        share = amounts(claim["shares"])["pool"]
        assert code == 0, said
        for words in (f"{claim['number']} 风险补偿资金池承担: {share} CNY", "▶ 各方承担", "要旨（非原文）",
                      "第 1 版", "sha256", "补偿支出 ← 应付 ICBC"):  # fmt: skip
            assert words in said, words
        assert SHORT.search(said) is None
        assert english[0] == 0 and "what each party bears" in english[1]
        assert (nothing[0] == 1 and "no-such-figure" in nothing[1]) or "没有该数字" in nothing[1]
