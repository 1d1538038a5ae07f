"""Words for stories of the dedicated account: statements come in, money is matched and worked off."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from services.risk_pool.domain.account_statement import AccountEntry
from tests.cash import released
from tests.risk_pool.account.files import ACCOUNT, bank_csv
from tests.risk_pool.claims.driver import Claims, claims_of


class Account(Claims):
    """A pool whose money lies on an account with statements."""

    async def has_account(self, number: str = ACCOUNT) -> Any:
        """One person enters it, another puts it in use."""
        entered = await self.maker.post(
            f"/pools/{self.code}/accounts",
            json={
                "account_number": number,
                "bank_name": "中国工商银行天津东丽支行",
                "holder": "区财政局",
            },
        )
        assert entered.status_code == 201, entered.text
        answer = await self.checker.post(f"/pool-accounts/{entered.json()['id']}/confirm")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def moves(self, kind: str, amount: str, on: str, **more: Any) -> Any:
        """Money is entered by one person and released by another."""
        return await released(self.maker, self.checker, self.code, kind, amount, on, **more)

    async def enters(self, kind: str, amount: str, on: str, **more: Any) -> Any:
        """One person enters money; nobody has released it."""
        body = {"kind": kind, "amount": amount, "value_date": on, **more}
        answer = await self.maker.post(f"/pools/{self.code}/cash-entries", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def entry(self, entry: Any) -> Any:
        """A cash entry as it stands."""
        return (await self.auditor.get(f"/cash-entries/{entry['id']}")).json()

    async def entries(self, **query: str) -> list[Any]:
        """Cash entries, the newest first."""
        answer = await self.auditor.get(f"/pools/{self.code}/cash-entries", params=query)
        return list(answer.json()["items"])

    async def sends(self, content: bytes, *, by: Any = None, **said: str) -> Any:
        """A file is sent; the answer as it comes."""
        return await (by or self.maker).post(
            f"/pools/{self.code}/account-statements", content=content, params=said
        )

    async def imports(
        self, *entries: AccountEntry, opening_fen: int = 0, by: Any = None, **said: str
    ) -> Any:
        """A statement with these entries is taken."""
        answer = await self.sends(bank_csv(entries, opening_fen=opening_fen), by=by, **said)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    async def work(self) -> Any:
        """The work list."""
        answer = await self.auditor.get(f"/pools/{self.code}/account-work")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def finds(self) -> list[tuple[str, str]]:
        """The work list in short: what each open line seems to be, and what of it is open."""
        return [(one["finding"], one["line"]["open"]) for one in (await self.work())["lines"]]

    async def open_line(self, amount: str, *, nth: int = 0) -> Any:
        """An open line of an amount."""
        lines = [one["line"] for one in (await self.work())["lines"]]
        return [one for one in lines if one["open"] == amount][nth]

    async def lines(self) -> list[Any]:
        """Every line, the earliest first."""
        answer = await self.auditor.get(f"/pools/{self.code}/account-lines", params={"limit": 200})
        return list(reversed(answer.json()["items"]))

    async def open_movement(self, amount: str) -> Any:
        """A movement in the books of an amount that the account has not shown."""
        found = (await self.work())["movements"]
        return next(one for one in found if one["open"] == amount)

    async def matches(
        self,
        lines: Sequence[Any],
        movements: Sequence[Any],
        *,
        by: Any = None,
        **more: Any,
    ) -> Any:
        """A person says what is the same money; the answer as it comes."""
        return await (by or self.maker).post(
            f"/pools/{self.code}/account-matches",
            json={
                "lines": [one if isinstance(one, dict) and set(one) <= {"id", "amount"} else
                          {"id": one["id"]} for one in lines],
                "movements": [one if set(one) <= {"seq", "amount"} else {"seq": one["seq"]}
                              for one in movements],
                **more,
            },
        )  # fmt: skip

    async def matched(self, line: Any) -> Any:
        """The matches of a line, the newest first."""
        answer = await self.auditor.get(
            f"/pools/{self.code}/account-matches", params={"line": line["id"]}
        )
        return answer.json()["items"]

    async def suspends(self, line: Any, why: str, **more: Any) -> Any:
        """A credit is taken into suspense, by two persons."""
        proposed = await self.maker.post(
            f"/account-lines/{line['id']}/suspend", json={"why": why, "note": "说明", **more}
        )
        assert proposed.status_code == 201, proposed.text
        return await self.releases(proposed.json())

    async def then(self, booking: Any, step: str, **body: Any) -> Any:
        """What becomes of money in suspense, by two persons."""
        proposed = await self.maker.post(
            f"/account-bookings/{booking['id']}/{step}", json={"note": "说明", **body}
        )
        assert proposed.status_code == 201, proposed.text
        return await self.releases(proposed.json())

    async def releases(self, booking: Any) -> Any:
        """The second person's release."""
        answer = await self.checker.post(f"/account-bookings/{booking['id']}/release")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def reconciles(self, on: str | None = None) -> Any:
        """The reconciliation, which adds up whatever happens."""
        answer = await self.auditor.get(
            f"/pools/{self.code}/account-reconciliation", params={"on": on} if on else {}
        )
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert found["adds_up"] is True, found
        return found


Words = TypeVar("Words", bound=Account)


@dataclass(frozen=True)
class WithAccount:
    """A day, an account in use, and what has happened since."""

    on: str
    after: Callable[[Any], Awaitable[Any]] | None = None

    async def __call__(self, pool: Account) -> Any:
        await pool.it_is(self.on)
        await pool.has_account()
        return None if self.after is None else await self.after(pool)


@asynccontextmanager
async def account_of(
    running: Any,
    *banks: str,
    paid_in: str = "20000000.00",
    on: str = "2026-03-02",
    words: type[Words] = Account,  # type: ignore[assignment]
    after: Callable[[Words], Awaitable[Any]] | None = None,
) -> AsyncIterator[Words]:
    """A pool with an account in use, on a day, with a contribution booked on 2026-01-01."""
    parties = banks or ("ICBC",)
    begun = WithAccount(on, after)
    async with claims_of(running, *parties, paid_in=paid_in, words=words, after=begun) as pool:
        yield pool
