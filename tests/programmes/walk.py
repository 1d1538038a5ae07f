"""One loan of one mode, from an empty house to a recovered claim on a signed statement, over HTTP.

Everything is asked by the people whose part it is: the bank's clerk, reviewers, finance, managers.
The facts of the loan are those of the case by which the mode is walked (`chosen.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

from services.applications.domain.paid_out import PAPERS
from shared.money import format_fen
from shared.months import Month, add_months
from shared.postgres.database import EVERYWHERE
from shared.schemes.facts import (
    FactNeeded,
    agreements_needed,
    amounts_needed,
    confirmations_needed,
    facts_needed,
    figures_needed,
)
from shared.schemes.library import load
from shared.schemes.rules.filing import AFTER
from shared.schemes.terms import Terms
from tests.applications.filing import paid_out
from tests.applications.office import (
    FIRM,
    ICBC,
    OTHER_FIRM,
    document,
    nothing_found,
    patent,
    position,
    right,
    submission,
)
from tests.cash import released
from tests.e2e.town import Town
from tests.papers import sends, stores
from tests.programmes.chosen import Chosen
from tests.publishing import publish

GROSS_FEN, COSTS_FEN = 10_000_000, 123_457
"""What the auction of the right brings, and costs."""

AMPLE_FEN = 99_999_999_99
"""What a budget or ceiling is entered as that a case does not mention."""

LATEST_MONTH = 16
"""By when every programme lets a bank claim; a walk that is not let in by then has failed."""


@dataclass
class Walk:
    """A mode that is walked in a town of its own."""

    town: Town
    chosen: Chosen
    loan: Any = None
    claim: Any = None
    recovery: Any = None
    months: list[str] = field(default_factory=list)
    confirmed: list[str] = field(default_factory=list)
    """The checks that ask for confirmation, and that the bank stands by."""

    @property
    def terms(self) -> Terms:
        return self.chosen.terms

    @property
    def code(self) -> str:
        """Of the pool, named like its programme."""
        return self.chosen.programme

    @property
    def partners(self) -> dict[str, str]:
        """Role → code of whoever shares the loss beside pool and bank."""
        return {
            role: f"{role.upper()}-1" for role in self.terms.parties if role not in ("pool", "bank")
        }

    async def opens(self) -> None:
        """The programme is published by two persons, a pool opened under it, money paid in."""
        await self.town.office.opens_banks()
        await stores(self.town.office.bank(), *self.terms.documents, *self.terms.claim_documents)
        day = str(self.chosen.case.day)
        await _set_clocks(self.town, day)
        await publish(self.town.risk_pool, self.code)
        await self.town.settled()
        parties = [
            {"code": ICBC, "role": "bank", "name": "工行"},
            {"code": "FIN-1", "role": "manager", "name": "财政局"},
            *({"code": code, "role": role, "name": code} for role, code in self.partners.items()),
        ]
        pool = {"code": self.code, "name": self.code, "programme": self.code, "opened_on": day}
        manager = self.town.pool("ma", "pool_manager")
        await self.town.asks(manager, "/pools", pool | {"parties": parties}, 201)
        await released(
            self.town.maker, self.town.checker, self.code, "contribution", "300000000.00", day,
            party_code="FIN-1",
        )  # fmt: skip
        await self.town.settled()

    async def registers(self) -> None:
        """What agreements, budgets and decisions say is entered by one person and released by
        another; what the case says nothing of is ample."""
        loss, day = self.chosen.loss, self.chosen.case.day
        for needed in agreements_needed(self.terms):
            if share := loss.get("agreed", {}).get(needed.party):
                await self._enters("agreed_share", subject=needed.party, bank_code=ICBC,
                                   ratio=f"{share.numerator}/{share.denominator}")  # fmt: skip
        for figure in figures_needed(self.terms):
            fen = loss.get("figures", {}).get(figure.name, AMPLE_FEN)
            if figure.name == "portfolio_fees":
                await self._enters("guarantee_fee", subject="portfolio",
                                   amount=format_fen(fen), paid_on=str(day))  # fmt: skip
            else:
                bank = {"bank_code": ICBC} if figure.name == "bank_year_ceiling" else {}
                for year in (day.year, day.year + 1):
                    await self._enters(figure.name, year=year, amount=format_fen(fen), **bank)
        for decision in confirmations_needed(self.terms):
            granted = loss.get("confirmed", {}).get(decision.decision, False)
            await self._enters("confirmed", subject=decision.decision, loan_id=self.loan["id"],
                               flag=granted)  # fmt: skip

    async def _enters(self, kind: str, **said: Any) -> None:
        body = {"kind": kind, "valid_from": str(self.chosen.case.day), "reference": "文件 1"}
        figure = await self.town.asks(
            self.town.maker, f"/pools/{self.code}/agreed-figures", body | said, 201
        )
        await self.town.asks(self.town.checker, f"/agreed-figures/{figure['id']}/release")

    async def lends(self) -> None:
        """The loan is applied for, approved, pledged and paid out; companions too, where a cap
        counts a bank's or the term's lending."""
        for serial, fen in enumerate(self._companions()):
            await self._lend(fen, loan_no=f"JJ-{serial + 2}", firm=OTHER_FIRM,
                             facts=self.facts("approval"))  # fmt: skip
        self.loan = await self._lend(
            self.chosen.amount_fen, loan_no="JJ-1", firm=FIRM, facts=self.facts("approval")
        )

    def facts(self, at: str) -> dict[str, Any]:
        """What the mode asks for as of a day, as a bank writes it; what the case says nothing of is
        not so, or ordinary."""
        stated = self.chosen.loss.get("attributes", {})
        return {
            fact.name: _written(fact, stated.get(fact.name))
            for fact in facts_needed(self.terms)
            if fact.at == at and fact.by == "bank"
        }

    def application(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """An application for the loan, with these facts as of the approval."""
        today = self.town.office.now.date()
        return self._submission(self.chosen.amount_fen, FIRM, facts, today)

    def _companions(self) -> list[int]:
        """Amounts of further loans, so that the figures that caps count are as in the case."""
        wanted = 0
        figures = self.chosen.loss.get("figures", {})
        for cap in self.terms.caps:
            if cap.of not in ("bank_year_lending", "term_disbursed") or cap.rate is None:
                continue
            due = sum(self.chosen.expected.get(party, 0) for party in cap.parties)
            wanted = max(wanted, figures.get(cap.of, -(-due // cap.rate)))
        largest = min(self.terms.loan_cap_fen or 10**11, self.terms.borrower_cap_fen or 10**11)
        left = max(int(wanted) - self.chosen.amount_fen, 0)
        amounts = [largest] * (left // largest) + [left % largest]
        return [fen for fen in amounts if fen]

    async def _lend(self, fen: int, *, loan_no: str, firm: str, facts: Mapping[str, Any]) -> Any:
        office, today = self.town.office, self.town.office.now.date()
        asked = self._submission(fen, firm, facts, today)
        if self.terms.filing.entry == AFTER:
            return await self._file(asked, loan_no, today)
        case = await office.submits(**asked)
        await office.approves(case)
        await self.town.settled()
        await office.registers(case)
        paid_out = {
            "loan_no": loan_no,
            "amount": format_fen(fen),
            "disbursed_on": str(today),
            "matures_on": str(add_months(today, self._tenor)),
            "lists_checked": nothing_found(today),
        }
        at_disbursement = self.facts("disbursement")
        if at_disbursement:
            paid_out["attributes"] = at_disbursement
        await office.post(office.bank(), case, "disbursement", paid_out)
        await self.town.settled()
        return case

    async def _file(self, asked: dict[str, Any], loan_no: str, today: date) -> Any:
        """The loan is paid out, then filed, and enters with its approval."""
        office = self.town.office
        await stores(office.bank(), *PAPERS)
        registered = {"registry": "CNIPA", "registration_no": "Y1", "registered_on": str(today)}
        asked["paid_out"] = paid_out(
            **dict.fromkeys(("signed_on", "disbursed_on", "as_of"), str(today)),
            loan_no=loan_no, outstanding_principal=asked["amount"],
            matures_on=str(add_months(today, self._tenor)), attributes=self.facts("disbursement"),
        )  # fmt: skip
        asked["collateral"] = [one | {"registration": registered} for one in asked["collateral"]]
        asked["documents"] += [document(kind) for kind in PAPERS]
        case = await office.submits(**asked)
        await office.post(office.reviewer(), case, "take")
        seen = {"signed_on": str(today), "disbursed_on": str(today), "amount": asked["amount"]}
        await office.post(
            office.reviewer(), case, "recommend", {"opinion": "相符", "paid_out_seen": seen}
        )
        body = {"opinion": "同意", "lists_checked": nothing_found(today)}
        await office.post(office.approver(), case, "approve", body)
        await self.town.settled()
        assert await office.state(case) == "disbursed"
        return case

    @property
    def _tenor(self) -> int:
        return min(self.terms.tenor_months or 12, 12)

    def _submission(
        self, fen: int, firm: str, facts: Mapping[str, Any], today: date
    ) -> dict[str, Any]:
        kinds = self.terms.ip_kinds or ("invention",)
        assert "invention" in kinds, kinds
        purposes = self.terms.purposes or ("working_capital",)
        combined = self.chosen.loss.get("ip_share") is not None and firm == FIRM
        share = self.chosen.loss.get("ip_share") or Fraction(1)
        pledged = right(
            patent(today.year - 2),
            owner_uscc=firm,
            filed_on=str(today.replace(year=today.year - 2, day=1)),
            expires_on=str(today.replace(year=today.year + 17, day=1)),
            valuation={
                "amount": "900000000.00",
                "method": "income",
                "appraiser": "天津某资产评估有限公司",
                "valued_on": str(today - timedelta(days=30)),
            },
        )
        return submission(
            pool_code=self.code,
            mode=self.chosen.mode,
            parties=self.partners,
            borrower={
                "uscc": firm, "name": "珠海格力电器股份有限公司", "is_sme": True,
                "registered_on": str(today.replace(year=today.year - 8, day=1)),
                "region_code": load(self.code).region_code or None,
            },
            amount=format_fen(fen),
            tenor_months=self._tenor,
            annual_rate_bp=300,
            purpose={"research_and_development": "r_and_d"}.get(purposes[0], purposes[0]),
            has_other_collateral=combined,
            ip_share_bp=int(share * 10_000) if combined else None,
            other_collateral=[
                {"kind": "guarantee", "description": "保证", "amount": format_fen(fen)}
            ]
            if combined
            else [],
            is_first_loan=bool(self.chosen.loss.get("attributes", {}).get("is_first_loan")),
            attributes=dict(facts),
            collateral=[pledged],
            documents=[document(kind) for kind in self.terms.documents],
        )  # fmt: skip

    async def goes_bad_until_it_may_be_claimed(self) -> None:
        """Month after month the bank reports, and asks by a pre-check whether it may claim."""
        first = Month.of(self.chosen.case.day)
        month, bad_since = first, first.after.last
        for _ in range(LATEST_MONTH):
            today = month.last + timedelta(days=1)
            await self.town.it_is(str(today))
            await self._reports(month, bad_since)
            self.months.append(str(month))
            month = month.after
            answer = await self.town.clerk().post("/claims/pre-checks", json=self.claim_body(today))
            assert answer.status_code == 200, answer.text
            checks = answer.json()["checks"]
            failing = [one for one in checks if one["result"] == "fail"]
            if not failing:
                self.confirmed = [one["code"] for one in checks if one["result"] == "confirm"]
                return
        raise AssertionError(failing)

    async def _reports(self, month: Month, bad_since: date) -> None:
        overdue = max((month.last - bad_since).days, 0)
        principal = self._principal_fen if overdue else self.chosen.amount_fen
        rows = [
            position(
                "JJ-1", format_fen(principal), overdue_days=overdue, risk_class=risk_class(overdue),
                **self._arrears(),
            )
        ]  # fmt: skip
        for serial, fen in enumerate(self._companions()):
            rows.append(position(f"JJ-{serial + 2}", format_fen(fen)))
        reported = await self.town.office.reports(str(month), *rows)
        assert reported["refused"] == 0, reported
        await self.town.settled()

    @property
    def _principal_fen(self) -> int:
        return int(self.chosen.loss.get("outstanding_principal_fen") or self.chosen.amount_fen)

    def _arrears(self) -> dict[str, str]:
        return {}

    def claim_body(self, today: date) -> dict[str, Any]:
        """What the bank files, with everything that the mode can ask for."""
        loss, since = self.chosen.loss, str(today - timedelta(days=1))
        month = Month.of(today - timedelta(days=1))
        overdue = max((month.last - Month.of(self.chosen.case.day).after.last).days, 0)
        body: dict[str, Any] = {
            "loan_id": self.loan["id"],
            "outstanding_principal": format_fen(self._principal_fen),
            "interest_arrears": format_fen(loss.get("interest_fen", 0)),
            "penalty_interest": format_fen(loss.get("penalty_interest_fen", 0)),
            "facts": {
                "overdue_days": overdue,
                "risk_class": risk_class(overdue),
                "lawsuit_accepted_on": since,
                "loss_confirmed_on": since,
                "guarantor_paid_on": since,
                "insurer_notified_on": since,
            },
            "attributes": self.facts("claim"),
            "documents": [document(kind) for kind in self.terms.claim_documents],
        }
        if costs := loss.get("costs"):
            body["cost_items"] = [
                {"reference": one.reference, "kind": "litigation", "amount": format_fen(one.amount_fen),
                 "paid_on": since}
                for one in costs
            ]  # fmt: skip
        if (compensated := loss.get("compensated_amount_fen")) is not None:
            body |= {"compensated_amount": format_fen(compensated), "compensated_on": since}
        required = {one.name for one in amounts_needed(self.terms) if one.required}
        for name, place in (("recovered", "recovered_before"), ("other_policy_money",) * 2):
            if name in required:
                body[place] = format_fen(loss.get(f"{name}_fen") or 0)
        return body

    async def claims(self) -> None:
        """Filed, reviewed, taken through the scheme's steps, decided on the trial, and paid."""
        today = self.town.office.now.date()
        body = self.claim_body(today) | {"confirmed": self.confirmed}
        self.claim = await self.town.asks(self.town.clerk(), "/claims", body, 201)
        await self.town.is_paid(self.claim)
        self.claim = await self._shown(f"/claims/{self.claim['id']}")

    async def settles_escrow(self) -> None:
        """The bank writes the loan off without having recovered anything; two persons settle."""
        at = f"/claims/{self.claim['id']}"
        loss = {
            "written_off_on": str(self.town.office.now.date()),
            "reason": "终结执行",
            "documents": await sends(self.town.office.bank(), "report"),
        }
        await self.town.asks(self.town.clerk(), f"{at}/report_loss", loss)
        proposal = {"kind": "escrow_settlement", "reason": "已核销", "evidence": "核销批复"}
        made = await self.town.asks(self.town.maker, f"{at}/adjustments", proposal, 201)
        seen = await self._shown(f"/adjustments/{made['id']}")
        decision = {"opinion": "属实", "trial": seen["trial"]["id"]}
        await self.town.asks(self.town.checker, f"/adjustments/{made['id']}/decide", decision)
        self.claim = await self._shown(at)

    async def recovers(self) -> None:
        """The right is auctioned; the bank reports, finance confirms on the trial."""
        today = self.town.office.now.date()
        body = {
            "received_on": str(today), "route": "auction", "from_pledged_ip": True,
            "gross": format_fen(GROSS_FEN), "costs": format_fen(COSTS_FEN),
        }  # fmt: skip
        reported = await self.town.asks(
            self.town.clerk(), f"/claims/{self.claim['id']}/recoveries", body, 201
        )
        seen = await self._shown(f"/recoveries/{reported['id']}")
        named = {"trial": seen["trial"]["id"]} if seen.get("trial") else {}
        self.recovery = await self.town.asks(
            self.town.checker, f"/recoveries/{reported['id']}/confirm", named
        )

    async def settles(self) -> Any:
        """Every month up to this one is confirmed, signed by another person, and posted."""
        this = str(Month.of(self.town.office.now.date()))
        await self.town.it_is(str(Month.parse(this).last + timedelta(days=1)))
        last: Any = None
        for month in (*self.months, this):
            if month == this:
                await self._reports_the_rest(month)
            for step in ("preview", "confirm", "sign", "post"):
                person = self.town.checker if step == "sign" else self.town.maker
                last = await self.town.asks(
                    person, f"/pools/{self.code}/settlements/{month}/{step}"
                )
        return last

    async def _reports_the_rest(self, month: str) -> None:
        rows = [
            position(f"JJ-{serial + 2}", format_fen(fen))
            for serial, fen in enumerate(self._companions())
        ]
        if rows:
            await self.town.office.reports(month, *rows)
            await self.town.settled()

    async def _shown(self, path: str) -> Any:
        answer = await self.town.checker.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()


def risk_class(overdue_days: int) -> str:
    """As 商业银行金融资产风险分类办法 wants it at least."""
    for days, least in (
        (360, "loss"),
        (270, "doubtful"),
        (90, "substandard"),
        (0, "special_mention"),
    ):
        if overdue_days > days:
            return least
    return "normal"


def _written(fact: FactNeeded, value: Any) -> Any:
    """A fact as a bank writes it; what the case says nothing of is ordinary."""
    if fact.kind == "flag":
        return bool(value) if fact.name != "in_territory" else value is not False
    if fact.kind == "money":
        usual = 0 if fact.name == "total_debt" else 1_000_000_000
        return format_fen(usual if value is None else value)
    if fact.kind == "ratio":
        share = Fraction(value or 0)
        return f"{share.numerator}/{share.denominator}"
    return value or 0


async def _set_clocks(town: Town, day: str) -> None:
    """To a day that may lie before the one that the clocks show, as nobody can over HTTP."""
    moment = datetime.combine(date.fromisoformat(day), time(1, 0), UTC)
    for service in town.services.values():
        async with service.context.database.begin(EVERYWHERE) as conn:
            await conn.execute("delete from sandbox_clock")
        await service.context.clock.reload()
        await service.context.clock.set(moment)
    await town.days_are_over()
