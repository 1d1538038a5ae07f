"""What there is once in the pool's database, and what the second one of two at once is told.

The codes are those of the refusals that a later request hears (`AlreadyClaimed`, `OrderOpen` …).
"""

from collections.abc import Mapping
from typing import Final

from shared.postgres.collisions import Collision

REFERENCE_USED: Final = Collision(
    "reference-used",
    "该编号已用于另一笔回款（可能刚刚报送）。",
    "The reference stands for another recovery, which may just have been reported.",
)

COLLISIONS: Final[Mapping[str, Collision]] = {
    "recoveries_reference": REFERENCE_USED,
    "recoveries_reference_canonical": REFERENCE_USED,
    "claims_one_per_loan": Collision(
        "already-claimed",
        "该贷款已有补偿申请（可能刚刚提交）。",
        "The loan has a claim already; it may just have been filed.",
    ),
    "claims_one_draft_per_loan": Collision(
        "draft-begun",
        "该贷款已有补偿申请草稿，请继续填写。",
        "There is a draft for the loan already; go on with that one.",
    ),
    "collections_one_per_claim": Collision(
        "collection-begun",
        "该补偿已开始追偿（可能刚刚开始）。",
        "The collection of the claim has begun already; it may just have been.",
    ),
    "adjustments_one_open": Collision(
        "adjustment-open",
        "该补偿已有待决定的更正。",
        "An adjustment of the claim waits to be decided.",
    ),
    "disputes_line_once": Collision(
        "line-disputed-already",
        "该行已有争议（可能刚刚提出）。",
        "The line is disputed already; it may just have been filed.",
    ),
    "packaged_loans_once": Collision(
        "loan-packaged",
        "其中有贷款刚被选入另一资产包，请重新选定。",
        "One of the loans has just been taken into another package; choose again.",
    ),
    "breaker_orders_one_open": Collision(
        "order-open",
        "已有待决定的暂停或恢复指令。",
        "An order about this breaker waits to be decided.",
    ),
    "agreements_one_from_a_day": Collision(
        "line-exists",
        "该银行自该日起已有授信额度。",
        "The bank has a line from that day already.",
    ),
    "settlements_one_a_month": Collision(
        "settled-meanwhile",
        "该月结算刚由他人开始，请刷新后继续。",
        "Somebody else has just begun to settle the month; read it again.",
    ),
    "programme_versions_programme_number_key": Collision(
        "version-proposed-meanwhile",
        "该方案刚由他人提交了新版本，请刷新后再提交。",
        "Somebody else has just proposed a version of the programme; read it again.",
    ),
    "pools_prefix_once": Collision(
        "pool-exists",
        "另一资金池刚用了同样的编号字头，请重试。",
        "Another pool has just taken the same letters for its numbers; try again.",
    ),
    "transfers_reference_once": Collision(
        "reference-taken",
        "该业务已入账，不再重复。",
        "This has been booked already, and is booked once.",
    ),
}
