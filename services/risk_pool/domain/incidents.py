"""What came late or contradicts what we know, in the words that people read."""

from collections.abc import Mapping

from shared.life_cycle import Words

INCIDENTS: Mapping[str, Words] = {
    "approved-again": Words(
        "同一贷款再次收到审批通过,额度不变",
        "The loan was approved again; its capacity stays as it was.",
    ),
    "withdrawn-after-disbursement": Words(
        "已放款的贷款收到撤回,仍在保障中",
        "A loan that is paid out was withdrawn; it stays covered.",
    ),
    "expired-after-disbursement": Words(
        "已放款的贷款收到审批过期,仍在保障中",
        "The approval of a loan that is paid out expired; it stays covered.",
    ),
    "disbursed-without-coverage": Words(
        "贷款已放款,但没有预留额度,不予保障",
        "The loan was paid out without held capacity; it is not covered.",
    ),
    "disbursed-after-release": Words(
        "贷款在额度释放之后放款,不予保障",
        "The loan was paid out after its capacity had been released; it is not covered.",
    ),
    "disbursed-again": Words(
        "同一贷款再次收到放款,以首次为准",
        "The loan was paid out again; the first time counts.",
    ),
    "disbursed-late": Words(
        "放款日晚于保留期限,额度仍在,予以保障",
        "The loan was paid out after the hold's term, but the capacity was still held: it is covered.",
    ),
    "disbursed-more": Words(
        "放款金额大于预留额度,仅保障已预留部分",
        "More was paid out than was held; only what was held is covered.",
    ),
    "drawn-without-coverage": Words(
        "贷款提款，但没有预留额度，不予保障",
        "The loan was drawn upon without held capacity; the draw is not covered.",
    ),
    "drawn-before-disbursement": Words(
        "未放款的贷款收到提款，额度不变",
        "A loan that is not paid out was drawn upon; its capacity stays held.",
    ),
    "drawn-after-release": Words(
        "贷款在额度释放之后提款，不予保障",
        "The loan was drawn upon after its capacity had been released; the draw is not covered.",
    ),
    "drawn-after-claim": Words(
        "贷款在补偿获批之后提款，不予保障",
        "The loan was drawn upon after a claim had used its cover up; the draw is not covered.",
    ),
    "drawn-again": Words(
        "同一次提款再次收到，以首次为准",
        "The same draw was told again; the first time counts.",
    ),
    "drawn-after-end": Words(
        "提款期已结束或未约定分次提款，本次提款不予保障",
        "The time for draws was over, or none were agreed; the draw is not covered.",
    ),
    "drawn-more": Words(
        "累计提款大于批准金额，仅保障已预留部分",
        "More was drawn than was approved; only what was held is covered.",
    ),
    "repaid-before-disbursement": Words(
        "未放款的贷款收到结清,额度不变",
        "A loan that was not paid out was reported repaid; its capacity stays held.",
    ),
    "repaid-after-claim": Words(
        "已补偿的贷款收到结清,款项应作追偿登记",
        "A loan that was compensated has been repaid: the money is a recovery to be reported.",
    ),
    "renewed-still-out": Words(
        "续贷已放款，被续贷款仍报有余额；两笔按一笔债务计入额度，均不得申请补偿",
        "A loan is still out although its renewal was paid out; both count as one debt, and no claim "
        "is taken for either.",
    ),
    "reopened-after-claim": Words(
        "已补偿的贷款被更正为未结清,补偿不变",
        "A loan that was compensated was reported as not repaid after all; the claim stands.",
    ),
    "reopened-after-release": Words(
        "贷款被更正为未结清,但并非因结清释放,不予保障",
        "The loan was reported as not repaid, but it was not let go as repaid; it is not covered.",
    ),
    "undone-after-claim": Words(
        "已补偿的贷款撤销放款,须人工核查并追回补偿",
        "The disbursement of a compensated loan was undone: people must look, and claw back.",
    ),
    "disbursed-late-no-room": Words(
        "备案期内补报的放款,但额度已被占用,不予保障",
        "A disbursement told within the time for filing, but its room is taken; it is not covered.",
    ),
    "position-without-coverage": Words(
        "收到无保障贷款的月报,未入账",
        "A position came for a loan without coverage; nothing was booked.",
    ),
    "position-before-disbursement": Words(
        "未放款的贷款收到月报,未入账",
        "A position came for a loan that is not paid out; nothing was booked.",
    ),
    "position-above-cover": Words(
        "月报本金高于保障额度,仅计保障部分",
        "The reported principal is above what is covered; only the covered part counts.",
    ),
}
