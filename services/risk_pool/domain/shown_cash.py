"""Money that is entered from a line of the account: it is entered as the account shows it."""

from dataclasses import replace

from services.risk_pool.domain.cash_booking import CashEntered
from services.risk_pool.domain.cash_entry import COMES_IN
from shared.life_cycle import Row
from shared.money import group_fen
from shared.refusals import FieldFault, FieldsWrong


def as_shown(entered: CashEntered, line: Row, *, proposed_fen: int) -> CashEntered:
    """The entry with the line's reference and account. A part of the line may be entered, as far as
    it is open and `proposed_fen` of it is nobody's proposal yet.

    Raises FieldsWrong, naming every field that is not as the line has it.
    """
    left_fen = abs(line["open_fen"]) - proposed_fen
    came_in = line["amount_fen"] > 0
    found = []
    if (entered.kind in COMES_IN) != came_in:
        found.append(
            _fault("kind", "该笔流水为来款", "the line shows money that came in")
            if came_in
            else _fault("kind", "该笔流水为付款", "the line shows money that left")
        )
    if entered.value_date != line["booked_on"]:
        day = line["booked_on"].isoformat()
        found.append(_fault("value_date", f"流水日期为 {day}", f"the line is of {day}"))
    if entered.amount_fen > left_fen:
        left = group_fen(left_fen)
        found.append(_fault("amount", f"该笔流水可登记 {left} 元", f"{left} of the line are left"))
    for name, shown in (("bank_reference", line["reference"]), ("account", line["account_number"])):
        said = getattr(entered, name)
        if said and said != shown:
            found.append(_fault(name, f"流水所载为 {shown or '空'}", f"the line has {shown!r}"))
    if found:
        raise FieldsWrong(found)
    return replace(entered, bank_reference=line["reference"], account=line["account_number"])


def _fault(field: str, zh: str, en: str) -> FieldFault:
    return FieldFault((field,), "not-as-shown", zh, en)
