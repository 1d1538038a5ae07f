"""What there is once in this database, and what the second one of two at once is told.

The codes are those of the refusals that a later request hears.
"""

from collections.abc import Mapping
from typing import Final

from shared.postgres.collisions import Collision

LOAN_NO_USED: Final = Collision(
    "loan-no-used",
    "借据号已用于另一笔贷款。",
    "Another loan has this number.",
)
DRAW_REFERENCE_USED: Final = Collision(
    "draw-reference-used",
    "该凭证刚用于另一笔提款。",
    "Another draw has just been reported with this voucher.",
)

COLLISIONS: Final[Mapping[str, Collision]] = {
    "banks_uscc_key": Collision(
        "bank-exists",
        "另一银行已使用该统一社会信用代码。",
        "Another bank has this credit code.",
    ),
    "banks_code_canonical": Collision(
        "bank-exists",
        "该银行已登记。",
        "The bank is registered already, perhaps with its code in another spelling.",
    ),
    "applications_renewed_once": Collision(
        "renewed-already",
        "该笔贷款刚由另一笔申请续贷。",
        "Another application has just been filed to renew this loan.",
    ),
    "loans_bank_code_loan_no_key": LOAN_NO_USED,
    "loans_number_once": LOAN_NO_USED,
    "loans_pkey": Collision(
        "disbursed-meanwhile",
        "该笔贷款的放款刚由他人报送，请刷新。",
        "Somebody else has just reported this loan's disbursement; read it again.",
    ),
    "draws_reference": DRAW_REFERENCE_USED,
    "related_firms_in_one_group": Collision(
        "in-another-group",
        "该企业已在一个关联企业组内，请先终止原关联关系。",
        "The firm is in a group already; end that first.",
    ),
    "draws_reference_canonical": DRAW_REFERENCE_USED,
    "loan_changes_open": Collision(
        "change-undecided",
        "该笔贷款已有未决定的变更。",
        "Another change of this loan waits to be decided.",
    ),
    "financing_demands_one_case": Collision(
        "case-answers-another",
        "该笔申请刚被另一融资需求关联。",
        "Another demand has just been answered with this case.",
    ),
    "listed_firm_ends_pkey": Collision(
        "entry-ended",
        "该记录刚由他人结束，请刷新。",
        "Somebody else has just ended this entry; read it again.",
    ),
    "cover_calls_one_live": Collision(
        "cover-call-exists",
        "该笔贷款已有未了结的补足担保通知。",
        "Somebody else has just made a call for cover of this loan.",
    ),
    "credit_repairs_open": Collision(
        "repair-undecided",
        "该记录已有一项信用修复等待决定。",
        "Another credit repair of this entry waits for a decision.",
    ),
    "held_rights_pkey": Collision(
        "right-in-use",
        "该知识产权刚被另一申请占用。",
        "Another application has just taken one of these rights.",
    ),
    "positions_pkey": Collision(
        "reported-meanwhile",
        "该月持仓刚由他人报送，请刷新。",
        "Somebody else has just reported this month; read it again.",
    ),
}
