"""An explanation tells parties by their names; a code stands in addresses and account numbers only."""

from collections.abc import Iterator
from typing import Any

from shared.postgres.database import EVERYWHERE
from tests.cash import settle_items
from tests.risk_pool.claims.driver import Claims, claims_of
from tests.risk_pool.claims.test_explain import MONTH, opened
from tests.risk_pool.claims.test_statements import settled

NAMES = {"ICBC": "中国工商银行天津分行", "CCB": "中国建设银行天津分行", "DL-FIN": "区财政局"}


async def with_names(pool: Claims) -> None:
    """The banks have names that are not their codes."""
    async with pool.service.context.database.begin(EVERYWHERE) as conn:
        for code, name in NAMES.items():
            await conn.execute("update parties set name = $2 where code = $1", code, name)


def words_of(told: dict[str, Any]) -> Iterator[str]:
    """Every text of an explanation that people read."""
    for one in (told, *told["parts"]):
        yield from (one["zh"], one["en"])
    for transfer in told["transfers"]:
        yield from (transfer[f"{side}_{lang}"] for side in ("debit", "credit")
                    for lang in ("zh", "en"))  # fmt: skip
    for step in told["steps"]:
        yield from (step["zh"], step["en"], step["note_zh"], step["note_en"], step["result"])
    if told["fact"]:
        yield from (told["fact"]["zh"], told["fact"]["en"], *told["fact"]["figures"].values())


async def test_no_text_of_any_explanation_tells_a_party_by_its_code(running: Any) -> None:
    async with claims_of(running, "ICBC", "CCB") as pool:
        await with_names(pool)
        await settled(pool)
        await settle_items(pool.maker, pool.checker, pool.code, "2026-04-02")
        balances = (await pool.auditor.get("/pools/dongli/balances")).json()["accounts"]
        waiting = [
            "pool/dongli/payable", "pool/dongli/receivable", "pool/dongli/available",
            "pool/dongli/covered",
            *(f"balance/dongli/{one['account']}" for one in balances),
            *(f"statement/dongli/{MONTH}/{party}/{field}"
              for party in ("dongli", *NAMES) for field in ("net", "payable", "receivable")),
            *(f"statement-line/dongli/{MONTH}/{party}/current/closing" for party in NAMES),
            *(f"statement-line/dongli/{MONTH}/dongli/payable/{kind}"
              for kind in ("claim-approved", "claim-paid")),
        ]  # fmt: skip
        seen: set[str] = set()
        named: set[str] = set()
        while waiting:
            address = waiting.pop()
            if address in seen:
                continue
            seen.add(address)
            told = await opened(pool.auditor, address)
            for text in words_of(told):
                for code, name in NAMES.items():
                    assert code not in text, (address, text)
                    named |= {code} if name in text else set()
            waiting += [one["address"] for one in told["parts"] if one["address"]]
            waiting += [one["address"] for one in told["transfers"]]

    assert named == set(NAMES)
    assert {one.split("/")[0] for one in seen} >= {
        "pool",
        "balance",
        "statement",
        "month",
        "transfer",
    }
    assert len(seen) > 40


async def test_a_bank_reads_its_own_name_too(running: Any) -> None:
    async with claims_of(running, "ICBC", "CCB") as pool:
        await with_names(pool)
        await settled(pool)

        told = await opened(
            pool.bank("ICBC"), f"statement-line/dongli/{MONTH}/ICBC/current/closing"
        )

        assert told["parts"]
        assert all(NAMES["ICBC"] in one["zh"] for one in told["parts"])
