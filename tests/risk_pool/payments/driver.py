"""Words for stories of payment files: claims that are to be paid, payees' accounts, bank reports."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.risk_pool.account.driver import Account, account_of
from tests.risk_pool.claims.test_claims import lending

DAY = "2026-03-02"
PAYEE = {
    "party_code": "ICBC",
    "purpose": "payment",
    "holder": "中国工商银行股份有限公司天津分行",
    "account_number": "0302011409000999999",
    "bank_name": "中国工商银行天津分行",
    "cnaps": "102110000007",
    "valid_from": "2026-01-01",
}


class Payments(Account):
    """A pool with claims to pay."""

    async def has_payee(self, **more: Any) -> Any:
        """One person enters where the bank is paid, another confirms it."""
        entered = await self.maker.post("/pools/dongli/party-accounts", json=PAYEE | more)
        assert entered.status_code == 201, entered.text
        answer = await self.checker.post(f"/party-accounts/{entered.json()['id']}/confirm")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def owes(self, name: str = "甲", amount: str = "1000000.00") -> str:
        """A claim is approved; its open item."""
        await self.goes_bad(name, "2026-02", amount)
        claim = await self.approves(name, amount)
        return f"claim:{claim['number']}"

    async def tries(self, *items: Any, by: Any = None, **more: Any) -> Any:
        """A file is prepared; the answer as it comes."""
        orders = [one if isinstance(one, dict) else {"item": one} for one in items]
        body = {"execution_on": DAY, "orders": orders, **more}
        return await (by or self.maker).post("/pools/dongli/payment-files", json=body)

    async def prepares(self, *items: Any, **more: Any) -> Any:
        """A file is prepared."""
        answer = await self.tries(*items, **more)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def sent(self, *items: Any) -> Any:
        """A file is prepared by one person and released by another."""
        return await self.takes(await self.prepares(*items), "release")

    async def takes(self, file: Any, step: str, *, by: Any = None) -> Any:
        """A step of a file."""
        person = by or (self.maker if step == "withdraw" else self.checker)
        answer = await self.steps(file, step, by=person)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def steps(self, file: Any, step: str, *, by: Any) -> Any:
        """A step of a file; the answer as it comes."""
        body = None if step == "release" else {"reason": "有误"}
        return await by.post(f"/payment-files/{file['id']}/{step}", json=body)

    async def file(self, file: Any) -> Any:
        """A file as it stands."""
        return (await self.auditor.get(f"/payment-files/{file['id']}")).json()

    async def orders(self, file: Any) -> list[tuple[str, str]]:
        """State of each order and of its cash entry."""
        found = (await self.file(file))["payment_orders"]
        return [(one["state"], one["entry_state"]) for one in found]

    async def hears_of(self, content: bytes, *, by: Any = None) -> Any:
        """A report of the bank is sent; the answer as it comes."""
        return await (by or self.maker).post("/pools/dongli/payment-status", content=content)


def report_of(
    file: Any, *said: tuple[str, ...], message: str = "RPT-1", group: str = "", before: str = ""
) -> bytes:
    """pain.002 with (end-to-end id, status, reason, words) for each order."""
    rows = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>{one}</OrgnlEndToEndId><TxSts>{status}</TxSts>"
        + (f"<StsRsnInf><Rsn><Cd>{why[0]}</Cd></Rsn><AddtlInf>{why[1]}</AddtlInf></StsRsnInf>"
           if why else "")
        + "</TxInfAndSts>"
        for one, status, *why in said
    )  # fmt: skip
    of_all = f"<GrpSts>{group}</GrpSts>" if group else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>'
        f"<GrpHdr><MsgId>{message}</MsgId><CreDtTm>2026-03-02T10:00:00</CreDtTm></GrpHdr>"
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{file['number']}</OrgnlMsgId>"
        f"<OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>{of_all}</OrgnlGrpInfAndSts>"
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{file['number']}</OrgnlPmtInfId>{rows}"
        "</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"
    ).encode()


async def lends(pool: Payments) -> None:
    """Loans of the bank, three of which are covered for claims to come."""
    await lending(pool, 4)
    for name in "甲乙丙":
        await pool.covers(name)


async def lends_and_is_paid(pool: Payments) -> None:
    """The same, and where the bank is paid is on record."""
    await lends(pool)
    await pool.has_payee()


@asynccontextmanager
async def payments_of(running: Any, *, payee: bool = True) -> AsyncIterator[Payments]:
    """A pool with 20,000,000.00 on its account, and where ICBC is paid."""
    after = lends_and_is_paid if payee else lends
    async with account_of(running, words=Payments, after=after) as pool:
        yield pool
