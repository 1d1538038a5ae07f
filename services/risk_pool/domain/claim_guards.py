"""What stands against a move of a claim, beside its state and the role of whoever makes it."""

from typing import ClassVar

from services.risk_pool.domain.claim_steps import ROLES
from shared.life_cycle import Guard, NotPossibleNow, Person, RoleMissing, Row, another_person_than
from shared.refusals import Refused
from shared.schemes.vocabulary import STEPS


class StepsMissing(Refused):
    """A step that the scheme names before the decision has not been taken."""

    code: ClassVar[str] = "steps-missing"


class AppealedBefore(Refused):
    """A claim is appealed once."""

    code: ClassVar[str] = "appealed-before"


def _all_steps_are_taken(case: Row, by: Person) -> Refused | None:
    if case["next_step"] is None:
        return None
    words = STEPS[case["next_step"]]
    return StepsMissing(
        f"方案规定的步骤尚未办完，下一步：{words.zh}。",
        f"Steps that the scheme names are still open; the next one: {words.en}.",
        next_step=case["next_step"],
    )


def _takes_the_next_step(case: Row, by: Person) -> Refused | None:
    step = case["next_step"]
    if step is None:
        return NotPossibleNow(
            "方案规定的步骤均已登记。", "Every step that the scheme names is recorded."
        )
    if by.roles & ROLES[step]:
        return None
    words, required = STEPS[step], sorted(ROLES[step])
    return RoleMissing(
        f"下一步是{words.zh}，需要角色：{'、'.join(required)}。",
        f"The next step ({words.en}) takes the role {' or '.join(required)}.",
        required=required,
    )


def _is_not_appealed_yet(case: Row, by: Person) -> Refused | None:
    if case["appealed_on"] is None:
        return None
    return AppealedBefore(
        f"该申请已于 {case['appealed_on']} 申诉过一次，不得再次申诉。",
        f"The claim was appealed once, on {case['appealed_on']}; it is not appealed again.",
    )


class GoesIntoEscrow(Refused):
    """The scheme moves the pool's part into escrow; nothing is paid to the bank before the
    write-off."""

    code: ClassVar[str] = "goes-into-escrow"


class NoEscrow(Refused):
    """The scheme pays the pool's part to the bank; nothing is set aside."""

    code: ClassVar[str] = "no-escrow"


def _is_paid_out(case: Row, by: Person) -> Refused | None:
    if not case["escrow"]:
        return None
    return GoesIntoEscrow(
        "该方案实行保证金模式，资金池应承担部分转入保证金账户，银行核销后清算。",
        "This programme holds the pool's part in escrow and settles it after the write-off.",
    )


def _is_set_aside(case: Row, by: Person) -> Refused | None:
    if case["escrow"]:
        return None
    return NoEscrow("该方案不设保证金，应直接拨付。", "This programme has no escrow; it pays.")


NOT_THE_REVIEWER = "another person than the reviewer"
NOT_WHO_REFUSED = "another person than who refused"
STEPS_TAKEN = "every step that the scheme names is recorded"
STEP_S_PEOPLE = "the people of the step that is next"
FIRST_APPEAL = "not appealed before"
PAID_OUT = "the scheme pays the bank"
HELD_IN_ESCROW = "the scheme holds in escrow"

GUARDS: dict[str, Guard] = {
    NOT_THE_REVIEWER: another_person_than("reviewed_by", zh="审批", en="the decision"),
    NOT_WHO_REFUSED: another_person_than("refused_by", zh="申诉裁定", en="the ruling on an appeal"),
    STEPS_TAKEN: _all_steps_are_taken,
    STEP_S_PEOPLE: _takes_the_next_step,
    FIRST_APPEAL: _is_not_appealed_yet,
    PAID_OUT: _is_paid_out,
    HELD_IN_ESCROW: _is_set_aside,
}
