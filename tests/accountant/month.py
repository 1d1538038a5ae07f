"""The accountant's month, done in the product over HTTP: what happened, day by day, and nothing else.

The same facts stand on the first sheet of `month.xlsx`; no figure that follows from them is here.
"""

from datetime import date
from typing import Any

from tests.cash import released, reversed_by_two
from tests.risk_pool.claims.driver import Claims

FINANCE, INSURER, APPRAISER, GUARANTOR = "DL-FIN", "PICC-TJ", "PG-TJ", "DB-TJ"
ICBC, CCB = "ICBC", "CCB"

NAMES = {INSURER: "insurer", APPRAISER: "appraiser", GUARANTOR: "guarantor"}
INSURED = {"insurer": INSURER, "appraiser": APPRAISER}
GUARANTEED = {"guarantor": GUARANTOR}

LOANS: tuple[tuple[str, str, str, str, int], ...] = (
    ("d", ICBC, "insured", "1000000.03", 10_000),
    ("a", ICBC, "insured", "4840520.11", 8_000),
    ("x", ICBC, "direct", "9999999.99", 10_000),
    ("y", ICBC, "direct", "10000000.00", 10_000),
    ("z", ICBC, "direct", "10000000.00", 10_000),
    ("w", ICBC, "direct", "10000000.00", 10_000),
    ("b", CCB, "direct", "9000000.00", 10_000),
    ("c", CCB, "guaranteed", "2000000.37", 10_000),
    ("p", CCB, "direct", "10000000.00", 10_000),
    ("q", CCB, "direct", "10000000.00", 10_000),
    ("r", CCB, "direct", "10000000.00", 10_000),
    ("s", CCB, "direct", "10000000.00", 10_000),
    ("t", CCB, "direct", "10000000.00", 10_000),
    ("u", CCB, "direct", "10000000.00", 10_000),
    ("v", CCB, "direct", "2845678.43", 10_000),
)
"""Name, bank, mode, amount, share of the pledged IP in basis points."""


async def january(pool: Claims) -> Any:
    """The month before: what it leaves is what the accountant begins with."""
    for code, role in NAMES.items():
        await pool.has(code, role)
    for name, bank, mode, amount, share in LOANS:
        parties = {"insured": INSURED, "guaranteed": GUARANTEED}.get(mode)
        terms: dict[str, Any] = {"bank": bank, "mode": mode, "ip_share_bp": share, "amount": amount}
        if parties:
            await pool.covers_with(name, parties, **terms)
        else:
            await pool.covers(name, **terms)
    await pool.goes_bad("d", "2026-01", "1000000.03", overdue_days=10)
    await _good(pool, "2026-01", but=("d",))
    await pool.it_is("2026-01-31")
    claim = await pool.approves("d", "1000000.03", overdue_days=10)
    await pool.pays(claim)
    await pool.it_is("2026-02-02")
    return await pool.settles("2026-01")


async def _good(pool: Claims, month: str, *, but: tuple[str, ...]) -> None:
    for name, _, _, amount, _ in LOANS:
        if name not in but:
            await pool.hears(
                pool.position(name, month, amount, reported_on=date(2026, int(month[-2:]) + 1, 2))
            )


async def february(pool: Claims) -> None:
    """The month itself, up to its last day."""

    async def books(kind: str, amount: str, on: str, **more: Any) -> Any:
        return await released(pool.maker, pool.checker, pool.code, kind, amount, on, **more)

    await books("contribution", "5000000.00", "2026-02-02", party_code=FINANCE)
    # Found after January was closed: it keeps its value date and is booked in February.
    await books("contribution", "250000.00", "2026-01-28", party_code=FINANCE)
    await pool.it_is("2026-02-10")
    await books("interest", "12345.67", "2026-02-06")
    wrong = await books("interest", "500.00", "2026-02-09")
    await reversed_by_two(pool.maker, pool.checker, wrong, reason="重复登记")
    await books("fee", "88.80", "2026-02-10")
    items = {one["party_code"]: one for one in await _open(pool)}
    await books("receipt", items[INSURER]["open"], "2026-02-10", item=items[INSURER]["reference"])
    await books("receipt", "60000.00", "2026-02-10", item=items[APPRAISER]["reference"])
    await books("payment", items[ICBC]["open"], "2026-02-10", item=items[ICBC]["reference"])

    await pool.goes_bad("a", "2026-01", "4840520.11", overdue_days=30)
    await pool.goes_bad("b", "2026-01", "9000000.00", overdue_days=30)
    await pool.goes_bad("c", "2026-01", "2000000.37", overdue_days=30)
    await pool.it_is("2026-02-11")
    a = await pool.approves("a", "4840520.11", overdue_days=41)
    b = await pool.approves("b", "9000000.00", overdue_days=41, bank=CCB)
    await pool.approves("c", "2000000.37", overdue_days=41, bank=CCB)
    await pool.pays(a)
    await pool.pays(b)
    await pool.it_is("2026-02-27")
    await pool.recovers(a, "123456.78", costs="2345.67", on="2026-02-26")
    await pool.recovers(b, "100000.01", on="2026-02-27", bank=CCB)


async def _open(pool: Claims) -> list[Any]:
    return list((await pool.maker.get(f"/pools/{pool.code}/open-items")).json()["items"])


async def closed(pool: Claims) -> Any:
    """February is reported, previewed, confirmed, signed and posted."""
    await pool.it_is("2026-03-03")
    for name, _, _, amount, _ in LOANS:
        if name not in ("d", "a", "b", "c"):
            left = "9000000.00" if name == "x" else amount
            await pool.hears(pool.position(name, "2026-02", left, reported_on=date(2026, 3, 3)))
    return await pool.settles("2026-02")
