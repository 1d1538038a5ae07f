"""What an adjustment would do: every party before and after, every transfer, and why.

Whoever decides names the trial they saw by its id, which stands for all of it.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.risk_pool.domain.adjustment import KIND_WORDS, Kind, Part
from services.risk_pool.domain.booking_back import Entry, nets
from services.risk_pool.domain.compensation import POOL, PartyPayment
from services.risk_pool.domain.escrow import Settling
from services.risk_pool.domain.shares import PartyShare
from shared.life_cycle import Row
from shared.money import format_fen
from shared.schemes.decide.escrow import explain_escrow
from shared.schemes.decide.explanation import Explanation, Step, money
from shared.schemes.decide.loss import ClaimDecision
from shared.schemes.vocabulary import Words


@dataclass(frozen=True, kw_only=True)
class AdjustmentTrial:
    """An adjustment as it would be booked now."""

    number: str
    kind: str
    version: str
    """Of the terms by which the claim was decided."""
    parts: Sequence[Part]
    entries: Sequence[Entry]
    anew: "SplitAnew | None" = None
    """Of late money: the split that takes the place of the claim's own."""
    settling: Settling | None = None
    """Of a settlement of escrow: its figures."""

    @property
    def id(self) -> str:
        """Other figures, another id."""
        text = json.dumps([self.number, self.kind, self._figures()], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def as_data(self) -> dict[str, Any]:
        """All of it as plain data, money as decimal strings: what is shown and kept."""
        return {"id": self.id, **self._figures()}

    def explained(self) -> dict[str, Any]:
        """The figures with the steps that lead to them."""
        return {**self._figures(), "explanation": self._explanation().as_data()}

    def _figures(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            **({} if self.anew is None else self.anew.as_data()),
            **({} if self.settling is None else {"escrow": self.settling.as_data()}),
            "parts": [
                {
                    "party": one.party,
                    "party_code": one.party_code,
                    "bore": format_fen(one.bore_fen),
                    "had_back": format_fen(one.had_back_fen),
                    "bears": format_fen(one.bears_fen),
                    "keeps_back": format_fen(one.keeps_back_fen),
                    "gets": format_fen(one.gets_fen),
                }
                for one in self.parts
            ],
            "entries": [
                {
                    "adjusts": one.adjusts,
                    "kind": one.kind,
                    "debit": one.debit,
                    "credit": one.credit,
                    "amount": format_fen(one.amount_fen),
                }
                for one in self.entries
            ],
        }

    def _explanation(self) -> Explanation:
        if self.settling is not None:
            return explain_escrow(self.settling.decision)
        words = KIND_WORDS[self.kind]
        return Explanation(
            "adjustment",
            self.version,
            (
                self._step("before", "更正前各方净承担", "borne before, less what came back",
                           {one.party: one.bore_fen - one.had_back_fen for one in self.parts}),
                self._step("after", "更正后各方净承担", "borne after, less what is kept",
                           {one.party: one.bears_fen - one.keeps_back_fen for one in self.parts}),
                self._step("booked", f"{words.zh}：各方应得（正）应退（负）",
                           f"{words.en}: each gets (positive) or pays (negative)",
                           {one.party: one.gets_fen for one in self.parts}),
            ),
        )  # fmt: skip

    def _step(self, rule: str, zh: str, en: str, amounts: Mapping[str, int]) -> Step:
        return Step(
            rule=f"adjustment.{rule}",
            title=Words(zh, en),
            source="民法典 985",
            inputs=tuple((party, money(fen)) for party, fen in amounts.items()),
            result=money(sum(amounts.values())),
        )


@dataclass(frozen=True, kw_only=True)
class SplitAnew:
    """A claim's split with what was received before the approval taken off."""

    decision: ClaimDecision
    base_before_fen: int
    principal_before_fen: int
    late_fen: int
    shares: Sequence[PartyShare]
    payments: Sequence[PartyPayment]

    def as_data(self) -> dict[str, Any]:
        return {
            "principal_before": format_fen(self.principal_before_fen),
            "principal_after": format_fen(self.principal_before_fen - self.late_fen),
            "base_before": format_fen(self.base_before_fen),
            "base_after": format_fen(self.decision.base_fen),
            "payments": [
                {
                    "payer": one.payer,
                    "payer_code": one.payer_code,
                    "payee": one.payee,
                    "payee_code": one.payee_code,
                    "kind": one.kind,
                    "amount": format_fen(one.amount_fen),
                }
                for one in self.payments
            ],
        }


def with_late_money(
    claim: Row,
    *,
    number: str,
    shares: Sequence[PartyShare],
    returned: Mapping[str, int],
    entries: Sequence[Entry],
    anew: SplitAnew,
) -> AdjustmentTrial:
    """Everybody bears what it would have borne, had the money been known at the approval."""
    gets = nets(entries, claim["pool_code"])
    bears = {one.party: one.amount_fen for one in anew.shares}
    borne = anew.decision.borne.borne
    return AdjustmentTrial(
        number=number,
        kind=Kind.LATE_MONEY,
        version=claim["decided_version"],
        parts=tuple(
            Part(
                party=one.party,
                party_code=one.party_code,
                bore_fen=one.amount_fen,
                had_back_fen=returned.get(one.party, 0),
                bears_fen=bears.get(one.party, 0),
                keeps_back_fen=min(returned.get(one.party, 0), borne.get(one.party, 0)),
                gets_fen=gets.get(one.party_code, 0),
            )
            for one in shares
        ),
        entries=entries,
        anew=anew,
    )


def escrow_settled(
    claim: Row,
    *,
    number: str,
    shares: Sequence[PartyShare],
    returned: Mapping[str, int],
    settling: Settling,
) -> AdjustmentTrial:
    """Everybody bears its part of the final net loss; the lender gets the pool's part of it.

    What the lender has recovered by itself counts as what it had back.
    """
    bears = {one.party: one.amount_fen for one in settling.shares}
    gets = {claim["bearer"]: settling.paid_fen, POOL: -settling.paid_fen}
    codes = {one.party: one.party_code for one in shares}
    return AdjustmentTrial(
        number=number,
        kind=Kind.ESCROW_SETTLEMENT,
        version=claim["decided_version"],
        parts=tuple(
            Part(
                party=one.party,
                party_code=one.party_code,
                bore_fen=one.amount_fen,
                had_back_fen=returned.get(one.party, 0),
                bears_fen=bears[one.party],
                keeps_back_fen=0,
                gets_fen=gets.get(one.party, 0),
            )
            for one in shares
        ),
        entries=settling.entries(claim, bearer_code=codes[claim["bearer"]]),
        settling=settling,
    )


def all_undone(
    claim: Row,
    *,
    number: str,
    kind: str,
    shares: Sequence[PartyShare],
    returned: Mapping[str, int],
    entries: Sequence[Entry],
) -> AdjustmentTrial:
    """Everybody stands as if the claim had never been approved."""
    gets = nets(entries, claim["pool_code"])
    return AdjustmentTrial(
        number=number,
        kind=kind,
        version=claim["decided_version"],
        parts=tuple(
            Part(
                party=one.party,
                party_code=one.party_code,
                bore_fen=one.amount_fen,
                had_back_fen=returned.get(one.party, 0),
                bears_fen=0,
                keeps_back_fen=0,
                gets_fen=gets.get(one.party_code, 0),
            )
            for one in shares
        ),
        entries=entries,
    )
