"""The questions that a case may put to the rules, and what may be given: the facts they take.

Whatever a case leaves out is ordinary (`answers.py`), so every fact may be left out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from shared.schemes.decide.application import ApplicationFacts
from shared.schemes.decide.breakers import BreakerFigures
from shared.schemes.decide.claims import ClaimFacts, Counters
from shared.schemes.decide.escrow import EscrowFacts
from shared.schemes.decide.filing import FilingFacts
from shared.schemes.decide.limits import Exposure
from shared.schemes.decide.recovery import RecoveryFacts
from shared.schemes.decide.subsidy_amounts import SubsidyFacts
from shared.schemes.decide.trigger import TriggerFacts
from shared.schemes.reading.derived import fields_of, stated_of
from shared.schemes.reading.scalars import Choice, Day, Money, Text, Whole
from shared.schemes.reading.shape import Field, Record, Shape
from shared.schemes.vocabulary import STEPS, Words


def _loss() -> Record:
    """The facts and counters of a claim; its IP share may be stated as an amount (H.7)."""
    stated = stated_of(ClaimFacts, Counters)
    amount = Field(
        Money(), zh="约定的知识产权金额", en="the IP amount stated", into="ip_amount_fen"
    )
    return replace(stated, fields={**stated.fields, "ip_amount": amount}, faults=_ip_amount_faults)


def _ip_amount_faults(given: Mapping[str, Any]) -> Iterator[Words]:
    amount = given.get("ip_amount_fen")
    if amount is None:
        return
    if "ip_share" in given:
        yield Words(
            "ip_share（占比）和 ip_amount（金额）只能写一个",
            "write ip_share (a ratio) or ip_amount (an amount), not both",
        )
    if not 0 < amount <= given.get("loan_amount_fen", 0):
        yield Words(
            "写了 ip_amount（约定的知识产权金额）须同时写 loan_amount（合同金额），且不超过它",
            "ip_amount (the IP amount stated) needs loan_amount (of the contract), and is not above it",
        )


QUESTIONS: Mapping[str, Shape] = {
    "go_live": Record({}),
    "eligibility": stated_of(ApplicationFacts, without=("on",)),
    "filing": stated_of(FilingFacts),
    "approval": Record({"amount": Field(Money(), required=True, into="amount_fen")}),
    "reservation": stated_of(Exposure),
    "trigger": stated_of(TriggerFacts),
    "loss": _loss(),
    "escrow": stated_of(EscrowFacts),
    "recovery": stated_of(RecoveryFacts),
    "breaker": Record(
        {
            "subject": Field(Choice(("bank", "pool")), required=True),
            "state": Field(Choice(("normal", "warned", "stopped")), default="normal"),
        }
        | fields_of(BreakerFigures)
    ),
    "deadline": Record(
        {"step": Field(Choice(tuple(STEPS)), required=True), "start": Field(Day(), required=True)}
    ),
    "subsidy": Record(
        {"code": Field(Text(), required=True)}
        | fields_of(SubsidyFacts)
        | {
            "rate_bp": Field(Whole(), default=400),
            "settled_on": Field(Day()),
        }
    ),
}
"""In the order in which they are answered."""
