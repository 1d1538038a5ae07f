"""What a bank states of a loan: wrong fields, facts that are missing, and who stated what when."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from services.applications.domain.paid_out import PaidOut
from services.applications.domain.submission import Submission
from shared.life_cycle import Person
from shared.money import group_fen
from shared.ratios import WHOLE_BP, percent, percent_of_bp
from shared.refusals import FieldFault
from shared.schemes.decide.findings import Finding
from shared.schemes.facts import FactDay, facts_needed
from shared.schemes.stated import FACT_MISSING, FactValue, all_kept, read_facts
from shared.schemes.terms import Terms


def read_stated(
    attributes: Mapping[str, Any], terms: Terms | None
) -> tuple[dict[str, bool | str], tuple[FieldFault, ...]]:
    """The facts of a submission as they are kept, and those that are wrong.

    A fact that is only missing is no fault of the request: `missing_facts` tells it with
    everything else that the bank is to mend.
    """
    values, faults = read_facts(attributes, terms, at="approval")
    return all_kept(values), tuple(fault for fault in faults if fault.code != FACT_MISSING)


def read_at_disbursement(
    paid: PaidOut, terms: Terms | None
) -> tuple[PaidOut, tuple[FieldFault, ...]]:
    """The same of a loan that is filed after it was paid out: its facts as of the disbursement."""
    values, faults = read_facts(paid.attributes, terms, at="disbursement")
    wrong = (fault for fault in faults if fault.code != FACT_MISSING)
    return replace(paid, attributes=all_kept(values)), tuple(
        replace(fault, place=("paid_out", *fault.place)) for fault in wrong
    )


def missing_facts(
    attributes: Mapping[str, Any], terms: Terms, *, at: FactDay = "approval", under: str = ""
) -> tuple[Finding, ...]:
    """The facts that the mode needs as of a day and that nobody has stated; `under` is the pointer
    of what they stand in."""
    needed = {fact.name: fact for fact in facts_needed(terms)}
    _, faults = read_facts(attributes, terms, at=at)
    return tuple(
        Finding(
            code="fact-not-stated",
            source=needed[str(fault.place[-1])].source,
            zh=fault.zh,
            en=fault.en,
            evidence={"fact": str(fault.place[-1])},
            field=f"{under}/attributes/{fault.place[-1]}",
        )
        for fault in faults
        if fault.code == FACT_MISSING
    )


def ip_amount_faults(submission: Submission) -> tuple[FieldFault, ...]:
    """A stated IP amount is a part of the loan, and agrees with a share stated beside it.

    A share in basis points may be rounded either way: the two agree within one basis point (H.7).
    """
    amount_fen = submission.ip_amount_fen
    if amount_fen is None:
        return ()
    if amount_fen > submission.amount_fen:
        return (
            FieldFault(
                ("ip_amount",),
                "ip-amount-above-loan",
                f"知识产权部分金额超过贷款金额 {group_fen(submission.amount_fen)} 元",
                f"The IP amount is above the loan of {group_fen(submission.amount_fen)}.",
            ),
        )
    bp = submission.ip_share_bp
    exact = submission.ip_share
    assert exact is not None
    if bp is None or abs(exact * WHOLE_BP - bp) < 1:
        return ()
    return (
        FieldFault(
            ("ip_share_bp",),
            "ip-share-disagrees",
            f"占比 {percent_of_bp(bp)} 与知识产权部分金额 {group_fen(amount_fen)} 元不符，"
            f"按金额应为 {percent(exact)}",
            f"A share of {percent_of_bp(bp)} does not agree with the IP amount of "
            f"{group_fen(amount_fen)}, which is {percent(exact)} of the loan.",
        ),
    )


def witnessed(
    values: Mapping[str, FactValue],
    terms: Terms | None,
    *,
    at: FactDay,
    on: date,
    by: Person,
    now: datetime,
) -> list[dict[str, Any]]:
    """Facts as they are kept for evidence: the value, as of which day, who stated it when, and the
    rule that asks for it ("" where none does)."""
    sources = {fact.name: fact.source for fact in facts_needed(terms)} if terms else {}
    return [
        {
            "name": name,
            "value": value,
            "at": at,
            "on": on.isoformat(),
            "stated_by": by.subject,
            "stated_by_name": by.name,
            "stated_at": now.isoformat(),
            "source": sources.get(name, ""),
        }
        for name, value in all_kept(values).items()
    ]
