"""One thing, one name: what the house calls what officials and banks work with, and what it means.

The names of the scheme files (parties, rights, papers, facts) stand in `schemes/vocabulary.py`; both
make `docs/glossary.md`. A form explains its fields with these words. `not_zh` and `not_en` are the names
that the same thing also goes by: no text of ours uses them (`tests/contracts/test_words.py`).
"""

from typing import Final, NamedTuple


class Term(NamedTuple):
    """A thing's name in both languages, what it is, and its other names, which are not used."""

    zh: str
    en: str
    says_zh: str
    says_en: str
    not_zh: tuple[str, ...] = ()
    """Regular expressions: a word may be part of another that is right."""
    not_en: tuple[str, ...] = ()

    def says(self, language: str) -> str:
        """What it is."""
        return self.says_zh if language == "zh" else self.says_en


TERMS: Final[dict[str, Term]] = {
    "application": Term(
        "申请", "application",
        "银行为一笔知识产权质押贷款请求资金池保障的案件，一笔贷款一件。",
        "A bank's case for one IP-pledged loan to be covered by a pool; one case for each loan.",
    ),
    "pool_entry": Term(
        "入库", "entry to the pool",
        "一笔贷款开始由资金池保障。放款前批准的自放款日起，放款后备案的自批准日起。",
        "A loan begins to be covered: at its disbursement, or at approval where it is filed afterwards.",
        not_zh=("入池", "暂停新增"),
    ),
    "loan_no": Term(
        "借据号", "loan no.",
        "银行自己的借款凭证编号，与月报一致；一个号只用于一笔贷款。",
        "The bank's own number of the loan, as in its monthly reports; a number belongs to one loan.",
        not_zh=("合同号", "借据编号"),
    ),
    "contract_no": Term(
        "借款合同编号", "contract no.",
        "借款合同上的编号。一份合同可有几张借据。",
        "The number on the loan contract; a contract may have several loans.",
    ),
    "ip_share": Term(
        "知识产权占比", "IP share",
        "组合担保时，合同约定由知识产权担保的部分占贷款的比例；资金池只保障这一部分。",
        "With other collateral beside it: the part of the loan that the contract says the rights "
        "secure. Only that part is covered.",
    ),
    "covered": Term(
        "在保本金", "covered principal",
        "资金池正在保障的未还本金。",
        "The outstanding principal that the pool covers.",
    ),
    "reserved": Term(
        "预留额度", "held capacity",
        "申请批准后、放款之前，在资金池中为它留出的额度；到期未放款即释放。",
        "Room that is kept in the pool between approval and disbursement; it ends if nothing is paid out.",
        not_zh=("占额(?!度)",),
    ),
    "line": Term(
        "额度", "line",
        "一家银行在一个资金池中受保障本金的上限，由合作协议约定。",
        "The most principal of a bank that a pool covers, as the agreement says.",
    ),
    "monthly_report": Term(
        "月报", "monthly report",
        "银行每月报送的每笔贷款余额、逾期天数和五级分类。",
        "What a bank reports each month of every loan: balance, days overdue, risk class.",
    ),
    "breaker": Term(
        "熔断", "circuit breaker",
        "不良率越过办法规定的界限时，系统预警或暂停该行（或整个资金池）新的入库；达标后恢复。",
        "Where bad loans pass the limit of the measure, new entries of the bank or pool are warned of "
        "or stopped, and resume when they are within it again.",
    ),
    "queue": Term(
        "待办队列", "queue",
        "等待审查和审批的申请，急的和到期早的在前。",
        "Applications that wait for review or approval, the urgent and the soonest due first.",
        not_zh=("放回队列",),
    ),
    "claim": Term(
        "补偿申请", "claim",
        "贷款到了办法规定的触发条件后，银行请求资金池分担损失的案件。",
        "A bank's case for its loss to be shared, once the measure's trigger is met.",
    ),
    "pre_check": Term(
        "预审", "pre-check",
        "系统按方案逐条核对，一次列出全部问题；不代替人的审查。",
        "The system checks every rule at once and lists all that is wrong; people still review it.",
        not_zh=("机器预审", "机器校验"),
    ),
    "loss_base": Term(
        "损失基数", "loss base",
        "按方案计入分担的损失：本金，以及方案规定的利息、费用。",
        "The loss that is shared: principal, and what interest and costs the scheme counts.",
    ),
    "recovery": Term(
        "追偿回款", "recovery",
        "补偿之后向债务人或处置质物收回的钱；先抵费用，余下按补偿时的比例返还各方。",
        "Money recovered after compensation: costs first, the rest back to each payer in the shares of the claim.",
    ),
    "dedicated_account": Term(
        "专户", "dedicated account",
        "只存放资金池资金的银行账户。",
        "The bank account that holds the pool's money alone.",
    ),
    "value_date": Term(
        "银行起息日", "value date",
        "银行流水上款项计入账户的日期。",
        "The day on which the bank counts the money in the account.",
    ),
    "ledger": Term(
        "账簿", "ledger",
        "资金池的全部记账：只增加，不修改；记错的以冲正更正。",
        "All that is booked for a pool: only added to, a mistake is reversed.",
        not_zh=("账本",),
    ),
    "reversal": Term(
        "冲正", "reversal",
        "以一笔相反的记账抵销记错的一笔，两笔都保留。",
        "An entry that undoes a mistaken one; both stay.",
    ),
    "checksum": Term(
        "校验值", "checksum",
        "由文件或记录的内容算出的一串字符（SHA-256）：内容改动一字，校验值就不同。",
        "A row of characters made from the content of a file or entry (SHA-256): change one letter of it and it differs.",
        not_zh=("哈希", "散列", "(?<!证书)指纹"),
    ),
    "settlement": Term(
        "月结", "monthly settlement",
        "每月对资金池与各方的应收应付轧差，一人确认、另一人签批后入账。",
        "Once a month all that is due between a pool and its parties is netted, confirmed by one person, signed by another, posted.",
    ),
    "sign": Term(
        "签批", "sign",
        "月结的第二步：由确认人之外的人核对并同意入账。",
        "The second step of a settlement: another person checks it and agrees to its posting.",
        not_zh=("待签署", "另一人签署", "签署并"),
    ),
    "statement": Term(
        "对账单", "statement",
        "月结入账后给每一方的单据，写明应收应付、净额和缴款期限。",
        "What each party gets when a month is posted: what is due both ways, the net, and by when.",
        not_zh=("结算单", "月结单"),
    ),
    "top_up": Term(
        "补仓通知", "top-up call",
        "资金池余额低于协议约定的补足线时，通知出资方补足。",
        "A call on contributors when the pool's balance is below the line that is agreed.",
    ),
    "scheme_version": Term(
        "方案版本", "scheme version",
        "一份管理办法在某一日起施行的规则。一笔贷款始终按其批准日的版本执行。",
        "The rules of a measure from a day on. A loan stays under the version of its approval day.",
    ),
    "in_force_from": Term(
        "施行日", "first day in force",
        "自这一天起批准的贷款适用该版本。",
        "Loans approved from this day on come under it.",
    ),
    "bureau": Term(
        "主管部门", "bureau",
        "设立并管理资金池的知识产权管理机关。",
        "The authority that set up the pool and runs it.",
        not_zh=("(?<!主)管理部门",),
    ),
    "parked": Term(
        "搁置事件", "parked event",
        "系统内部暂时无法处理、等人排除原因的消息；其他事项照常办理。",
        "A message inside the system that could not be dealt with and waits for a person; all else goes on.",
    ),
}  # fmt: skip
"""Identifier → term."""

OF_FIELDS: Final[dict[str, str]] = {
    "loan_no": "loan_no",
    "paid_out-loan_no": "loan_no",
    "paid_out-contract_no": "contract_no",
    "ip_share_bp": "ip_share",
    "value_date": "value_date",
    "in_force_from": "in_force_from",
    "top_up_below": "top_up",
    "line": "line",
    "sha256": "checksum",
}
"""The name of a form's field → the term that explains it."""
