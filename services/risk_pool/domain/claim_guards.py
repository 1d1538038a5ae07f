"""What stands against a move of a claim, beside its state and the role of whoever makes it."""

from typing import ClassVar

from services.risk_pool.domain.claim_steps import BY_NOTICE, ROLES
from shared.life_cycle import (
    SYSTEM_ROLE,
    Guard,
    NotPossibleNow,
    Person,
    RoleMissing,
    Row,
    another_person_than,
)
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
    if by.roles & ROLES[step] or (step == BY_NOTICE and SYSTEM_ROLE in by.roles):
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


NOT_THE_REVIEWER = "another person than the reviewer"
NOT_WHO_REFUSED = "another person than who refused"
STEPS_TAKEN = "every step that the scheme names is recorded"
STEP_S_PEOPLE = "the people of the step that is next"
FIRST_APPEAL = "not appealed before"

GUARDS: dict[str, Guard] = {
    NOT_THE_REVIEWER: another_person_than("reviewed_by", zh="审批", en="the decision"),
    NOT_WHO_REFUSED: another_person_than("refused_by", zh="申诉裁定", en="the ruling on an appeal"),
    STEPS_TAKEN: _all_steps_are_taken,
    STEP_S_PEOPLE: _takes_the_next_step,
    FIRST_APPEAL: _is_not_appealed_yet,
}
