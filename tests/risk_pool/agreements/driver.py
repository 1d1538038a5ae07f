"""Words for stories of agreements: terms of banks and contributors, and the money that they plan."""

from typing import Any

from tests.agreements import agreed
from tests.risk_pool.account.driver import Account

TREASURY = {
    "party_code": "DL-FIN",
    "valid_from": "2026-04-01",
    "reference": "出资协议 2026 第三条",
    "contributions": [
        {"amount": "4000000.00", "due_on": "2026-06-30"},
        {"amount": "6000000.01", "due_on": "2026-12-31"},
    ],
}
"""What the district's treasury is to pay in, entered on 2026-03-02."""

BANK = {
    "party_code": "ICBC",
    "valid_from": "2026-04-01",
    "reference": "合作协议 2026",
    "line": "30000000.00",
    "minimum_lending": "10000000.00",
}


class Agreements:
    """What people do with agreements in a pool."""

    def __init__(self, pool: Account) -> None:
        self.pool = pool

    async def tries(self, *, by: Any = None, **terms: Any) -> Any:
        """A version is entered; the answer as it comes."""
        return await (by or self.pool.maker).post("/pools/dongli/agreements", json=terms)

    async def enters(self, *, by: Any = None, **terms: Any) -> Any:
        """A version is entered."""
        answer = await self.tries(by=by, **terms)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def agrees(self, party_code: str, **terms: Any) -> Any:
        """A version is entered by one person and put in force by another."""
        return await agreed(self.pool.maker, self.pool.checker, "dongli", party_code, **terms)

    async def takes(self, agreement: Any, step: str, *, by: Any = None) -> Any:
        """A step of a version; the answer as it comes."""
        body = None if step == "release" else {"reason": "与协议文本不符"}
        person = by or self.pool.checker
        return await person.post(f"/agreements/{agreement['id']}/{step}", json=body)

    async def shown(self, agreement: Any, *, by: Any = None) -> Any:
        """A version as it stands."""
        answer = await (by or self.pool.auditor).get(f"/agreements/{agreement['id']}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def owed(self, direction: str = "contribution", *, by: Any = None) -> list[Any]:
        """What is planned and open, the earliest due first."""
        items = (await (by or self.pool.auditor).get("/pools/dongli/open-items")).json()["items"]
        return [one for one in items if one["direction"] == direction]

    async def so_far(self, party: str = "DL-FIN") -> Any:
        """What the party was to pay in, and has."""
        found = (await self.pool.auditor.get("/pools/dongli/contributions")).json()["items"]
        return next(one for one in found if one["party_code"] == party)

    async def pays_in(self, amount: str, on: str, **more: Any) -> Any:
        """The treasury pays in, entered by one person and released by another."""
        return await self.pool.moves("contribution", amount, on, party_code="DL-FIN", **more)
