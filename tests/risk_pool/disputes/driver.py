"""Words for stories of disputes: a posted month with a line that its party holds to be wrong."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.risk_pool.cash.test_open_items import ITEM, items, owing
from tests.risk_pool.claims.driver import Claims, claims_of

MARCH = "/pools/dongli/settlements/2026-03/statements/ICBC"


class Disputes(Claims):
    """A pool whose March leaves ICBC to pay 400.00, for a recovery of 1,000.00."""

    async def lines(self, month: str = "2026-03", party: str = "ICBC") -> list[Any]:
        """The entries that the party's statement lists."""
        at = f"/pools/dongli/settlements/{month}/statements/{party}.json"
        return (await self.auditor.get(at)).json()["entries"]

    async def line(self, kind: str = "recovery-booked", month: str = "2026-03") -> int:
        """The number of the only line of a kind."""
        (one,) = [entry for entry in await self.lines(month) if entry["kind"] == kind]
        return one["seq"]

    async def tries_dispute(self, by: Any = None, *, at: str = MARCH, **said: Any) -> Any:
        """ICBC disputes its line of 400.00, of which it holds 360.00 to be right."""
        body = {
            "line": said.pop("line", None) or await self.line(),
            "right": "360.00",
            "reason": "评估费已在前案扣除",
            **said,
        }
        return await (by or self.bank("ICBC")).post(f"{at}/disputes", json=body)

    async def disputes(self, **said: Any) -> Any:
        """The dispute as it was filed."""
        answer = await self.tries_dispute(**said)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def dispute(self, filed: Any, by: Any = None) -> Any:
        """The dispute as it stands."""
        answer = await (by or self.checker).get(f"/disputes/{filed['id']}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def proposes(self, filed: Any, verdict: str, **said: Any) -> Any:
        """One of finance proposes; the dispute as it then stands."""
        body = {"verdict": verdict, "reason": "查证属实", **said}
        answer = await self.maker.post(f"/disputes/{filed['id']}/propose", json=body)
        assert answer.status_code == 200, answer.text
        return await self.dispute(filed)

    async def decides_dispute(self, filed: Any, verdict: str, **said: Any) -> Any:
        """One proposes, another decides on the trial."""
        proposed = await self.proposes(filed, verdict, **said)
        answer = await self.checker.post(
            f"/disputes/{filed['id']}/decide",
            json={"trial": proposed["trial"]["id"], "opinion": "同意"},
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def item(self, reference: str = ITEM) -> Any:
        """The open item; its figures add up, always."""
        (one,) = [one for one in await items(self) if one["reference"] == reference]
        parts = ("due", "disputed", "settled", "taken_off")
        assert sum(cents(one[name]) for name in parts) == cents(one["amount"])
        return one


def cents(amount: str) -> int:
    """Fen of a decimal string."""
    return int(amount.replace(".", ""))


@asynccontextmanager
async def disputes_of(running: Any, *banks: str, posted: bool = True) -> AsyncIterator[Disputes]:
    """The pool, with March posted on 2 April 2026 unless it is left to the test."""
    after = owing if posted else None
    async with claims_of(running, *banks, words=Disputes, after=after) as pool:
        yield pool
