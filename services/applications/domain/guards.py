"""Conditions of the moves of a case beyond the roles: what each is refused with.

They read the row, and beside its columns what the desk knows of it (`tables.desk.STANDING`): who has
a conflict of interest, who stands in for who took it, how many conditions are open.
"""

from shared.life_cycle import Person, Row
from shared.people import same_person
from shared.refusals import Refused


class TakenByAnother(Refused):
    """Another reviewer has taken the case, and the caller does not stand in for them."""

    code = "taken-by-another"


class ConflictOfInterest(Refused):
    """Somebody who has a conflict of interest in a case does not decide on it."""

    code = "conflict-of-interest"


class OpinionOfAnother(Refused):
    """An opinion is taken back by whoever gave it."""

    code = "opinion-of-another"


class ConditionsOpen(Refused):
    """What was to be met before the loan is paid out is not confirmed yet."""

    code = "conditions-open"


def the_one_who_took_it(case: Row, by: Person) -> Refused | None:
    """Or who stands in for them while they are away."""
    if case["assigned_to"] == by.subject or by.subject in case["stand_ins"]:
        return None
    name = case["assigned_name"]
    return TakenByAnother(
        f"此件已由{name}领取", "Another reviewer has taken this case.", assigned_name=name
    )


def stands_in_for_who_took_it(case: Row, by: Person) -> Refused | None:
    """What somebody has taken is taken over only by who stands in for them while they are away."""
    if by.subject in case["stand_ins"]:
        return None
    name = case["assigned_name"]
    return TakenByAnother(
        f"此件已由{name}领取，只有其缺勤期间的代理人可以接手",
        "Another reviewer has taken this case; only who stands in for them may take it over.",
        assigned_name=name,
    )


def no_conflict_of_interest(case: Row, by: Person) -> Refused | None:
    """Whoever has a conflict with the case or its firm keeps out of every decision on it."""
    names = (by.subject, by.account)
    if not any(same_person(one, name) for one in case["conflicted"] for name in names):
        return None
    return ConflictOfInterest(
        "您与本案或该企业有利益冲突，已登记回避，不能办理",
        "You have a conflict of interest in this case or its firm, and keep out of it.",
    )


def the_one_who_recommended(case: Row, by: Person) -> Refused | None:
    """Nobody takes back another's opinion."""
    if case["recommended_by"] == by.subject:
        return None
    return OpinionOfAnother(
        "审查意见只能由提出人本人撤回", "An opinion is taken back by whoever gave it."
    )


def no_condition_is_open(case: Row, by: Person) -> Refused | None:
    """The bank pays out once a reviewer has confirmed every condition of the approval."""
    if not case["open_conditions"]:
        return None
    return ConditionsOpen(
        f"还有 {case['open_conditions']} 项放款前条件未经审查人员确认，不能放款",
        "Conditions of the approval are not confirmed yet; nothing is paid out before.",
        open_conditions=case["open_conditions"],
    )


class SignatureOfAnotherRole(Refused):
    """The level of the amount names another role."""

    code = "signature-of-another-role"
    status = 403


def the_role_of_the_level(case: Row, by: Person) -> Refused | None:
    """A case is countersigned in the role that the level of its amount names."""
    role = case["signature_role"]
    if role in by.roles:
        return None
    return SignatureOfAnotherRole(
        "本档金额须由其他角色会签",
        "The level of the amount names another role for the countersignature.",
        required=role,
    )


class UndoNotAsked(Refused):
    """Nobody at the bank has said that the disbursement was a mistake."""

    code = "undo-not-asked"


def the_bank_has_asked(case: Row, by: Person) -> Refused | None:
    """To take the whole disbursement back; of a loan that was filed its filing is."""
    if _asked_for_the_whole(case) and case["paid_out"] is None:
        return None
    return UndoNotAsked(
        "银行尚未申请撤销放款", "The bank has not asked for the disbursement to be undone."
    )


def the_bank_has_asked_for_its_filing(case: Row, by: Person) -> Refused | None:
    """To take a loan out of the pool that was filed after it was paid out."""
    if _asked_for_the_whole(case) and case["paid_out"] is not None:
        return None
    return UndoNotAsked(
        "银行尚未申请撤销备案", "The bank has not asked for the filing to be undone."
    )


def _asked_for_the_whole(case: Row) -> bool:
    return case["undo_asked_by"] is not None and case["undo_draw_no"] is None


def the_bank_has_asked_for_a_draw(case: Row, by: Person) -> Refused | None:
    """To take one draw back."""
    if case["undo_draw_no"] is not None:
        return None
    return UndoNotAsked("银行尚未申请撤销提款", "The bank has not asked for a draw to be undone.")


class FiledLoanWithThePool(Refused):
    """A loan that is filed after it was paid out is being taken into cover."""

    code = "filed-loan-with-the-pool"


def not_entering_as_filed(case: Row, by: Person) -> Refused | None:
    """Nobody withdraws a filed loan between its approval and the pool's word, which covers it."""
    if case["paid_out"] is None:
        return None
    return FiledLoanWithThePool(
        "备案贷款已批准，资金池正在入库，暂不能撤回",
        "The loan is approved as filed and the pool is taking it into cover; it cannot be withdrawn.",
    )


class NothingToDraw(Refused):
    """The loan was paid out at once, is drawn in full, or its time for draws is over."""

    code = "nothing-to-draw"


def a_part_is_still_to_be_drawn(case: Row, by: Person) -> Refused | None:
    """Draws were agreed, and there is something left of them."""
    if case["drawable_fen"] > 0:
        return None
    return NothingToDraw(
        "该贷款没有尚可提款的金额：未约定分次提款、已提完或提款期已届满",
        "Nothing of the loan may be drawn: no draws were agreed, all is drawn, or their time is "
        "over.",
    )
