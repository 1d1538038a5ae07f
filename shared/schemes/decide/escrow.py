"""Money set aside at a claim and settled when the loss is final, both ways (`sh_pre`)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from shared.money import format_fen
from shared.schemes.decide.apportion import divide
from shared.schemes.decide.claims import Borne, Payment
from shared.schemes.decide.explanation import NO_NOTE, Explanation, Step, listed, money
from shared.schemes.rules.declare import Fen, Party
from shared.schemes.vocabulary import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class EscrowFacts:
    """The state of the escrow account at write-off."""

    held: Mapping[Party, Fen]
    """Payer → what it has paid into escrow for the claim."""
    net_loss_fen: Fen
    """The loss that is final: the claim's base less what has been recovered since."""
    available: Mapping[Party, Fen]
    """Payer → the most it can still add, where more is due than is held."""


@dataclass(frozen=True, slots=True)
class EscrowDecision:
    """What leaves escrow, what goes back and what is added; `shares` sums to the net loss."""

    facts: EscrowFacts
    due: Mapping[str, int]
    """What each party bears of the net loss, before what a payer cannot add falls to the bearer."""
    shares: Mapping[str, int]
    paid: Mapping[str, int]
    released: Mapping[str, int]
    added: Mapping[str, int]
    borne: Borne
    """For recoveries that come after the settlement."""

    @property
    def payments(self) -> tuple[Payment, ...]:
        bearer = self.borne.bearer
        out = []
        for party, fen in self.paid.items():
            from_escrow = fen - self.added[party]
            if from_escrow > 0:
                out.append(Payment("escrow", bearer, from_escrow, "compensation"))
            if self.added[party] > 0:
                out.append(Payment(party, bearer, self.added[party], "compensation"))
            if self.released[party] > 0:
                out.append(Payment("escrow", party, self.released[party], "release"))
        return tuple(out)

    def as_data(self) -> dict[str, Any]:
        return {
            "version": self.borne.version,
            "due": {party: format_fen(fen) for party, fen in self.due.items()},
            "shares": {party: format_fen(fen) for party, fen in self.shares.items()},
            "paid": {party: format_fen(fen) for party, fen in self.paid.items()},
            "released": {party: format_fen(fen) for party, fen in self.released.items()},
            "added": {party: format_fen(fen) for party, fen in self.added.items()},
            "payments": [payment.as_data() for payment in self.payments],
            "borne": self.borne.as_data(),
        }


def settle_escrow(facts: EscrowFacts, borne: Borne) -> EscrowDecision:
    """Divide the final net loss as the claim was divided; release what is too much, add the rest.

    What a payer cannot add (its available balance) stays with the bearer.
    """
    assert facts.net_loss_fen >= 0
    parties = tuple(borne.parts)
    parts = tuple(borne.parts.values())
    whole = sum(parts)
    if whole == 0:
        divided = [0] * len(parties)
        divided[parties.index(borne.bearer)] = facts.net_loss_fen
    else:
        residual = parties.index(borne.residual)
        divided = divide(borne.rounding, facts.net_loss_fen, parts, whole, residual)
    due = dict(zip(parties, divided, strict=True))
    paid, released, added = {}, {}, {}
    shares = dict(due)
    for party, held in facts.held.items():
        wanted = due[party]
        added[party] = min(max(wanted - held, 0), facts.available.get(party, 0))
        released[party] = max(held - wanted, 0)
        paid[party] = held + added[party] - released[party]
        shares[borne.bearer] += wanted - paid[party]
        shares[party] = paid[party]
    as_agreed = shares == due
    return EscrowDecision(
        facts=facts,
        due=due,
        shares=shares,
        paid=paid,
        released=released,
        added=added,
        borne=replace(borne, borne=shares, parts=borne.parts if as_agreed else shares),
    )


_ESCROWED = "上海市知识产权局 典型案例（保证金账户，核销时多退少补）"
"""Where settling an escrow both ways was read; a programme's own article says that there is one."""


def explain_escrow(decision: EscrowDecision) -> Explanation:
    """What is due on the final loss, what goes back or is added, and who bears what then."""
    bearer = decision.borne.bearer
    short = decision.shares[bearer] - decision.due[bearer]
    return Explanation(
        "escrow",
        decision.borne.version,
        (
            Step(
                "escrow.due",
                Words("按最终净损失应付", "due on the final net loss"),
                _ESCROWED,
                (("net_loss", money(decision.facts.net_loss_fen)),),
                listed(decision.due.items()),
            ),
            Step(
                "escrow.true_up",
                Words("多退少补", "true-up both ways"),
                _ESCROWED,
                tuple((party, money(fen)) for party, fen in decision.facts.held.items()),
                f"released {listed(decision.released.items())}; added {listed(decision.added.items())}",
            ),
            Step(
                "escrow.shares",
                Words("各方承担", "what each party bears"),
                _ESCROWED,
                tuple(
                    (f"available {party}", money(fen))
                    for party, fen in decision.facts.available.items()
                ),
                listed(decision.shares.items()),
                Words(
                    f"付款方不足的 {money(short)} 由 {bearer} 承担",
                    f"{money(short)} that a payer cannot add stays with {bearer}",
                )
                if short
                else NO_NOTE,
            ),
        ),
    )
