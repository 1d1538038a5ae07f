"""A coverage's life: held, paid out, covered month by month, released or claimed.

What happens to a loan is told by events, and events can come late or contradict each other. The
table REACTIONS says for every state what each fact does. Whatever the table has no row for
changes nothing; where a person should look at it, it leaves an incident.
"""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.risk_pool.domain.ledger import CAPACITY, Transfer, covered_of, reserved_for

WHOLE_BP = 10_000

RESERVED = "reserved"
DECLINED = "declined"
ACTIVE = "active"
RELEASED = "released"
CLAIMED = "claimed"
STATES = (RESERVED, DECLINED, ACTIVE, RELEASED, CLAIMED)
FACTS = ("approved", "withdrawn", "expired", "disbursed", "repaid", "claim_approved")


@dataclass(frozen=True, slots=True)
class Reaction:
    """What a fact does in a state: a target, or an incident, or (neither) nothing at all."""

    state: str | None
    """None: we have no coverage of this loan."""
    fact: str
    target: str | None = None
    incident: str | None = None


REACTIONS = (
    # target "reserved" stands for: ask the limits, and be reserved or declined
    Reaction(None, "approved", RESERVED),
    Reaction(DECLINED, "approved", RESERVED),
    Reaction(RESERVED, "approved", incident="approved-again"),
    Reaction(ACTIVE, "approved", incident="approved-again"),
    Reaction(RELEASED, "approved", incident="approved-again"),
    Reaction(CLAIMED, "approved", incident="approved-again"),
    Reaction(RESERVED, "withdrawn", RELEASED),
    Reaction(RESERVED, "expired", RELEASED),
    Reaction(ACTIVE, "withdrawn", incident="withdrawn-after-disbursement"),
    Reaction(ACTIVE, "expired", incident="expired-after-disbursement"),
    Reaction(RESERVED, "disbursed", ACTIVE),
    Reaction(None, "disbursed", incident="disbursed-without-coverage"),
    Reaction(DECLINED, "disbursed", incident="disbursed-without-coverage"),
    Reaction(RELEASED, "disbursed", incident="disbursed-after-release"),
    Reaction(ACTIVE, "disbursed", incident="disbursed-again"),
    Reaction(CLAIMED, "disbursed", incident="disbursed-again"),
    Reaction(ACTIVE, "repaid", RELEASED),
    Reaction(RESERVED, "repaid", incident="repaid-before-disbursement"),
    Reaction(CLAIMED, "repaid", incident="repaid-after-claim"),
    Reaction(ACTIVE, "claim_approved", CLAIMED),
)
_BY_FACT = {(row.state, row.fact): row for row in REACTIONS}
assert len(_BY_FACT) == len(REACTIONS), "two rows answer the same question"

INCIDENTS: dict[str, tuple[str, str]] = {
    "approved-again": (
        "同一贷款再次收到审批通过,额度不变",
        "The loan was approved again; its capacity stays as it was.",
    ),
    "withdrawn-after-disbursement": (
        "已放款的贷款收到撤回,仍在保障中",
        "A loan that is paid out was withdrawn; it stays covered.",
    ),
    "expired-after-disbursement": (
        "已放款的贷款收到审批过期,仍在保障中",
        "The approval of a loan that is paid out expired; it stays covered.",
    ),
    "disbursed-without-coverage": (
        "贷款已放款,但没有保留额度,不予保障",
        "The loan was paid out without held capacity; it is not covered.",
    ),
    "disbursed-after-release": (
        "贷款在额度释放之后放款,不予保障",
        "The loan was paid out after its capacity had been released; it is not covered.",
    ),
    "disbursed-again": (
        "同一贷款再次收到放款,以首次为准",
        "The loan was paid out again; the first time counts.",
    ),
    "disbursed-late": (
        "放款日晚于保留期限,额度仍在,予以保障",
        "The loan was paid out after the hold's term, but the capacity was still held: it is covered.",
    ),
    "disbursed-more": (
        "放款金额大于保留额度,仅保障已保留部分",
        "More was paid out than was held; only what was held is covered.",
    ),
    "repaid-before-disbursement": (
        "未放款的贷款收到结清,额度不变",
        "A loan that was not paid out was reported repaid; its capacity stays held.",
    ),
    "repaid-after-claim": (
        "已补偿的贷款收到结清,款项应作追偿登记",
        "A loan that was compensated has been repaid: the money is a recovery to be reported.",
    ),
    "position-without-coverage": (
        "收到无保障贷款的月报,未入账",
        "A position came for a loan without coverage; nothing was booked.",
    ),
    "position-before-disbursement": (
        "未放款的贷款收到月报,未入账",
        "A position came for a loan that is not paid out; nothing was booked.",
    ),
    "position-above-cover": (
        "月报本金高于保障额度,仅计保障部分",
        "The reported principal is above what is covered; only the covered part counts.",
    ),
}


def reaction(state: str | None, fact: str) -> Reaction:
    """What a fact does in a state; a row without target and incident where the table has none."""
    assert fact in FACTS
    return _BY_FACT.get((state, fact), Reaction(state, fact))


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What the pool holds or covers for one loan, as far as rules ask for it. Amounts are covered
    principal, except `amount_fen` and `outstanding_fen`, which are the whole loan's."""

    loan_id: UUID
    number: str
    pool_code: str
    bank_code: str
    borrower_uscc: str
    borrower_name: str
    state: str
    amount_fen: int
    ip_share_bp: int
    approved_on: date
    explanation_id: UUID | None = None
    """Why its capacity was held; what becomes of it leads back to this."""
    reserved_fen: int = 0
    reserved_until: date | None = None
    activated_fen: int = 0
    covered_fen: int = 0
    outstanding_fen: int = 0
    loan_no: str | None = None
    disbursed_fen: int | None = None
    disbursed_on: date | None = None
    matures_on: date | None = None
    released_on: date | None = None
    release_reason: str | None = None
    position_month: str | None = None
    risk_class: str | None = None
    overdue_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a fact has done to a coverage: its new values, what to book, what to tell people."""

    coverage: Coverage | None
    transfers: tuple[Transfer, ...] = ()
    moved: str = ""
    """The action for the history, "" where the state stayed."""
    reason: str = ""
    moved_fen: int = 0
    incidents: tuple[str, ...] = ()


def covered_part(principal_fen: int, ip_share_bp: int) -> int:
    """Principal times the IP share, rounded half-up (programmes H.7, H.8)."""
    assert principal_fen >= 0
    return (2 * principal_fen * ip_share_bp + WHOLE_BP) // (2 * WHOLE_BP)


def reserve_transfer(coverage: Coverage, *, day: date, explanation_id: UUID | None) -> Transfer:
    """Hold capacity for an approved loan."""
    return Transfer(
        reference=f"reserve:{coverage.loan_id}",
        debit=reserved_for(coverage.bank_code),
        credit=CAPACITY,
        amount_fen=coverage.reserved_fen,
        business_date=day,
        kind="reserve",
        explanation_id=explanation_id,
        loan_id=coverage.loan_id,
    )


def disburse(
    coverage: Coverage,
    *,
    amount_fen: int,
    loan_no: str,
    disbursed_on: date,
    matures_on: date,
    day: date,
) -> Step:
    """A held loan is paid out: what was held becomes exposure.

    Paid out less: the difference is free again. Paid out more: only what was held is covered.
    Paid out after the hold's term while the capacity is still held: covered, and an incident.
    """
    assert coverage.state == RESERVED
    wanted_fen = covered_part(amount_fen, coverage.ip_share_bp)
    covered_fen = min(wanted_fen, coverage.reserved_fen)
    transfers = []
    if covered_fen:
        transfers.append(
            Transfer(
                reference=f"activate:{coverage.loan_id}",
                debit=covered_of(coverage.bank_code),
                credit=reserved_for(coverage.bank_code),
                amount_fen=covered_fen,
                business_date=day,
                kind="activate",
                explanation_id=coverage.explanation_id,
                loan_id=coverage.loan_id,
            )
        )
    if covered_fen < coverage.reserved_fen:
        transfers.append(
            Transfer(
                reference=f"release:{coverage.loan_id}:not-drawn",
                debit=CAPACITY,
                credit=reserved_for(coverage.bank_code),
                amount_fen=coverage.reserved_fen - covered_fen,
                business_date=day,
                kind="release",
                explanation_id=coverage.explanation_id,
                loan_id=coverage.loan_id,
            )
        )
    incidents = []
    if wanted_fen > covered_fen and amount_fen > coverage.amount_fen:
        incidents.append("disbursed-more")
    if coverage.reserved_until is not None and disbursed_on > coverage.reserved_until:
        incidents.append("disbursed-late")
    return Step(
        coverage=replace(
            coverage,
            state=ACTIVE,
            reserved_fen=0,
            activated_fen=covered_fen,
            covered_fen=covered_fen,
            outstanding_fen=amount_fen,
            loan_no=loan_no,
            disbursed_fen=amount_fen,
            disbursed_on=disbursed_on,
            matures_on=matures_on,
        ),
        transfers=tuple(transfers),
        moved="activate",
        moved_fen=covered_fen,
        incidents=tuple(incidents),
    )


def release(coverage: Coverage, *, reason: str, day: date) -> Step:
    """Let go of what is held or covered: withdrawn, expired, repaid, or passed into a claim."""
    assert coverage.state in (RESERVED, ACTIVE)
    freed_fen = coverage.reserved_fen + coverage.covered_fen
    account = reserved_for if coverage.state == RESERVED else covered_of
    transfers: tuple[Transfer, ...] = ()
    if freed_fen:
        transfers = (
            Transfer(
                reference=f"release:{coverage.loan_id}:{reason}",
                debit=CAPACITY,
                credit=account(coverage.bank_code),
                amount_fen=freed_fen,
                business_date=day,
                kind="release",
                explanation_id=coverage.explanation_id,
                loan_id=coverage.loan_id,
            ),
        )
    return Step(
        coverage=replace(
            coverage,
            state=CLAIMED if reason == "claimed" else RELEASED,
            reserved_fen=0,
            covered_fen=0,
            outstanding_fen=0 if reason == "repaid" else coverage.outstanding_fen,
            released_on=day,
            release_reason=reason,
        ),
        transfers=transfers,
        moved="release",
        reason=reason,
        moved_fen=freed_fen,
    )


def report(
    coverage: Coverage,
    *,
    month: str,
    version: int,
    outstanding_fen: int,
    overdue_days: int,
    risk_class: str,
    day: date,
) -> Step:
    """A monthly position: the covered principal follows what is outstanding.

    It never passes what was covered at disbursement. A month before the newest known one is
    kept, but moves nothing: the newest month is where the loan stands.
    """
    if coverage.state != ACTIVE:
        early = coverage.state == RESERVED
        return Step(coverage=coverage, incidents=("position-before-disbursement",) if early else ())
    if coverage.position_month is not None and month < coverage.position_month:
        return Step(coverage=coverage)
    covered_fen = min(covered_part(outstanding_fen, coverage.ip_share_bp), coverage.activated_fen)
    change_fen = covered_fen - coverage.covered_fen
    covered, capacity = covered_of(coverage.bank_code), CAPACITY
    transfers: tuple[Transfer, ...] = ()
    if change_fen:
        transfers = (
            Transfer(
                reference=f"position:{coverage.loan_id}:{month}:{version}",
                debit=covered if change_fen > 0 else capacity,
                credit=capacity if change_fen > 0 else covered,
                amount_fen=abs(change_fen),
                business_date=day,
                kind="position",
                loan_id=coverage.loan_id,
            ),
        )
    above = coverage.disbursed_fen is not None and outstanding_fen > coverage.disbursed_fen
    return Step(
        coverage=replace(
            coverage,
            covered_fen=covered_fen,
            outstanding_fen=outstanding_fen,
            position_month=month,
            risk_class=risk_class,
            overdue_days=overdue_days,
        ),
        transfers=transfers,
        incidents=("position-above-cover",) if above else (),
    )
