"""The questions that a case may put to the rules, and what may be given: the facts they take.

Whatever a case leaves out is ordinary (`answers.py`), so every fact may be left out.
"""

from collections.abc import Mapping

from shared.schemes.decide.application import ApplicationFacts
from shared.schemes.decide.breakers import BreakerFigures
from shared.schemes.decide.claims import ClaimFacts, Counters
from shared.schemes.decide.escrow import EscrowFacts
from shared.schemes.decide.limits import Exposure
from shared.schemes.decide.recovery import RecoveryFacts
from shared.schemes.decide.subsidy_amounts import SubsidyFacts
from shared.schemes.decide.trigger import TriggerFacts
from shared.schemes.reading.derived import fields_of, stated_of
from shared.schemes.reading.scalars import Choice, Day, Text, Whole
from shared.schemes.reading.shape import Field, Record, Shape
from shared.schemes.vocabulary import STEPS

QUESTIONS: Mapping[str, Shape] = {
    "go_live": Record({}),
    "eligibility": stated_of(ApplicationFacts, without=("on",)),
    "reservation": stated_of(Exposure),
    "trigger": stated_of(TriggerFacts),
    "loss": stated_of(ClaimFacts, Counters),
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
