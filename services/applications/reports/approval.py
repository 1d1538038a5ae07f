"""The approval sheet of a case (审批表): what is decided on, by whom, with places to sign and seal."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from services.applications.domain.life_cycle import LIFE_CYCLE, Action
from services.applications.domain.meeting import Outcome
from services.applications.queries.moves import UNDOES_OPINIONS
from services.applications.queries.whole_case import WholeCase
from services.applications.tables.rows import CaseMoveRow
from shared.clock import business_date
from shared.life_cycle import SYSTEM_ROLE
from shared.money import group_fen
from shared.ratios import WHOLE_BP, percent
from shared.schemes.rules.approval import ApprovalLevel
from shared.schemes.vocabulary import SIGNERS
from shared.typesetting import typeset

TEMPLATE: Final = Path(__file__).with_name("approval.typ")
_OF_REVIEW: Final = frozenset({Action.RECOMMEND})
_OF_DECISION: Final = frozenset({Action.APPROVE, Action.PASS_ON, Action.REJECT})
_OF_SIGNATURE: Final = frozenset({Action.COUNTERSIGN})
_RESOLVED: Final = {
    Outcome.CARRIED: "通过", Outcome.NOT_CARRIED: "未通过", Outcome.NO_QUORUM: "不足法定人数",
}  # fmt: skip


def sheet_number(case: WholeCase) -> str:
    """By the last step of people on the case: a sheet that is printed again has the same number,
    one of a later step another."""
    return f"{case.application.number}-SP{_last_step(case).version}"


def _last_step(case: WholeCase) -> CaseMoveRow:
    wanted = _OF_REVIEW | _OF_DECISION | _OF_SIGNATURE
    steps = [one for one in case.history if one.action in wanted]
    return steps[-1] if steps else case.history[-1]


def approval_sheet(
    case: WholeCase,
    *,
    pool_name: str,
    bank_name: str,
    programme: str,
    mode: str,
    conditions: Sequence[str],
    checks: Sequence[Mapping[str, Any]],
    checks_on: str,
    level: ApprovalLevel | None = None,
    meetings: Sequence[Mapping[str, Any]] = (),
) -> bytes:
    """The sheet as a PDF; the same bytes for the same step of the case. `level` is that of the
    amount, `meetings` what meetings have resolved of the case, each with its voters."""
    row = case.application
    decision = _opinion(case, _OF_DECISION)
    shown = {
        "sheet_number": sheet_number(case),
        "number": row.number,
        "pool_name": pool_name,
        "bank_name": bank_name,
        "borrower_name": row.borrower_name,
        "borrower_uscc": row.borrower_uscc,
        "applied": group_fen(row.applied_fen or row.amount_fen),
        "approved": group_fen(row.amount_fen) if row.approved_on else None,
        "amount_reason": row.amount_reason,
        "tenor_months": row.tenor_months,
        "rate": percent(Fraction(row.annual_rate_bp, WHOLE_BP)),
        "programme": programme,
        "mode": mode,
        "rights": [
            {"name": right.name, "number": right.number_as_given,
             "worth": group_fen(worth.amount_fen) if worth else "—"}
            for right, worth in case.collateral
        ],
        "conditions": list(conditions),
        "times_returned": sum(
            one.action == Action.RETURN and one.role != SYSTEM_ROLE for one in case.history
        ),
        "checks": list(checks),
        "checks_on": checks_on,
        "passed": sum(bool(one["passed"]) for one in checks),
        "failed": sum(not one["passed"] for one in checks),
        "review": _opinion(case, _OF_REVIEW),
        "decision": decision,
        "signer": _signer(case, level),
        "signature": _opinion(case, _OF_SIGNATURE),
        "meetings": [_meeting(one) for one in meetings if one["outcome"] is not None],
    }  # fmt: skip
    return typeset(TEMPLATE, shown, name="sheet", made=_made(case))


def _signer(case: WholeCase, level: ApprovalLevel | None) -> str:
    """Whose further signature has its place on the sheet; "" where none is needed."""
    role = case.application.signature_role or (level.signature if level else "")
    return SIGNERS[role].zh if role else ""


def _meeting(one: Mapping[str, Any]) -> str:
    return (
        f"{one['held_on']} {_RESOLVED[Outcome(one['outcome'])]}：同意 {one['in_favour']}、"
        f"反对 {one['against']}、弃权 {one['abstained']}；表决：{'、'.join(one['voters'])}"
    )


def _made(case: WholeCase) -> datetime:
    return _last_step(case).at


def _opinion(case: WholeCase, actions: frozenset[Action]) -> dict[str, str] | None:
    """The opinion that counts: the last one, if nothing of an earlier step came after it."""
    moves = [one for one in case.history if one.action in actions]
    if not moves:
        return None
    move = moves[-1]
    later = {one.action for one in case.history if one.version > move.version}
    if later & set(UNDOES_OPINIONS):
        return None
    return {
        "action": LIFE_CYCLE.actions[move.action].zh,
        "text": move.reason,
        "name": move.name,
        "on": str(business_date(move.at)),
    }
