"""What people do while the weather is bad: requests with an idempotency key, sent again until answered.

A command is acknowledged when a process has answered it; what was answered is all that the laws believe.
"""

import asyncio
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from tests.applications.office import CCB, ICBC, START, nothing_found, submission
from tests.simulation.house import House
from tests.simulation.story import Cases

DAY = START.date()


@dataclass(frozen=True)
class Person:
    """Somebody with a token."""

    subject: str
    roles: tuple[str, ...]
    institution: str = "*"


CLERK = Person(f"clerk-{ICBC}", ("bank_operator",), ICBC)
OTHER_CLERK = Person(f"clerk-{CCB}", ("bank_operator",), CCB)
APPROVER = Person("li", ("approver",))
MAKER, CHECKER = Person("fan", ("finance_maker",)), Person("hu", ("finance_checker",))


@dataclass(frozen=True)
class Command:
    """One request of one person at one service, about one thing."""

    name: str
    service: str
    path: str
    body: Any
    by: Person
    about: str


@dataclass
class Answered:
    """A command with what it was answered, and how often it had to be sent."""

    command: Command
    status: int
    body: Any
    sent: int


@dataclass
class People:
    """Those who send commands; `answered` is what they know for certain."""

    house: House
    token_of: Callable[[Person], str]
    chance: random.Random
    answered: list[Answered] = field(default_factory=list)

    async def does(self, *commands: Command) -> None:
        """One after the other, each until it is answered. One that is refused ends the row."""
        for command in commands:
            await asyncio.sleep(self.chance.uniform(0, 2.5))
            if (await self.sends(command)).status >= 400:
                return

    async def enters_money(self, amount: str, reference: str) -> None:
        """Two persons book what a treasury has paid in."""
        await asyncio.sleep(self.chance.uniform(0, 4))
        entered = await self.sends(money(amount, reference))
        if entered.status == 201:
            at = f"/cash-entries/{entered.body['id']}/release"
            await self.sends(Command("release", "risk_pool", at, {}, CHECKER, reference))

    async def sends(self, command: Command) -> Answered:
        """Again and again with the same key, at whichever process of the service there is."""
        key, sent = str(uuid4()), 0
        body = json.dumps(command.body).encode()
        while True:
            await asyncio.sleep(self.chance.uniform(0.01, 0.4))
            ready = self.house.ready(command.service)
            if not ready:
                continue
            sent += 1
            process = ready[self.chance.randrange(len(ready))]
            try:
                async with asyncio.timeout(8):
                    scope = _scope(command, key, self.token_of(command.by), len(body))
                    status, content = await self.house.ask(process, scope, body)
            except (ConnectionResetError, TimeoutError):
                continue
            if status < 500 and status != 429:
                found = Answered(command, status, json.loads(content or b"null"), sent)
                self.answered.append(found)
                return found


def plan(chance: random.Random, cases: Cases) -> list[Sequence[Command]]:
    """What is done in one simulation: a row of commands for each of some cases."""
    rows: list[Sequence[Command]] = []
    for case in chance.sample(cases.ready, chance.randint(2, len(cases.ready))):
        row = [approve(case)]
        if chance.random() < 0.4:
            row.append(withdraw(case))
        rows.append(row)
    for case in chance.sample(cases.reserved, chance.randint(1, len(cases.reserved))):
        rows.append([disburse(case) if chance.random() < 0.7 else withdraw(case)])
    if chance.random() < 0.4:
        rows.append([submit(chance)])
    return rows


def approve(case: str) -> Command:
    body = {"opinion": "同意入库", "lists_checked": nothing_found(DAY)}
    return Command("approve", "applications", f"/applications/{case}/approve", body, APPROVER, case)


def withdraw(case: str) -> Command:
    body = {"reason": "企业另有融资安排"}
    return Command("withdraw", "applications", f"/applications/{case}/withdraw", body, CLERK, case)


def disburse(case: str) -> Command:
    body = {
        "loan_no": f"SIM-{case[-6:]}",
        "amount": "1000000.00",
        "disbursed_on": str(DAY),
        "matures_on": str(DAY.replace(year=DAY.year + 1)),
        "lists_checked": nothing_found(DAY),
    }
    return Command(
        "disburse", "applications", f"/applications/{case}/disbursement", body, CLERK, case
    )


def submit(chance: random.Random) -> Command:
    from shared.identifiers import patent_check
    from tests.applications.office import right

    number = f"20231{chance.randrange(10**7):07d}"
    body = submission(collateral=[right(f"{number}.{patent_check(number)}")])
    return Command("submit", "applications", "/applications", body, CLERK, number)


def money(amount: str, reference: str) -> Command:
    body = {
        "kind": "contribution", "amount": amount, "value_date": str(DAY), "party_code": "DL-FIN",
    }  # fmt: skip
    return Command("enter", "risk_pool", "/pools/dongli/cash-entries", body, MAKER, reference)


def _scope(command: Command, key: str, token: str, length: int) -> dict[str, Any]:
    path = f"/api/v1{command.path}"
    headers = {
        "host": "zhidai.test",
        "authorization": f"Bearer {token}",
        "idempotency-key": key,
        "content-type": "application/json",
        "content-length": str(length),
    }
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("zhidai.test", 80),
    }
