"""The words of a statement, Chinese and English side by side."""

from typing import Literal

from shared.schemes.vocabulary import RISK_CLASSES

Language = Literal["zh", "en"]

WORDS: dict[str, tuple[str, str]] = {
    "title": ("知识产权质押融资风险补偿资金池月度结算对账单", "Monthly Settlement Statement"),
    "subtitle": ("风险补偿资金池", "Risk-Compensation Pool for IP-Pledge Financing"),
    "provisional": ("预览稿 · 尚未入账", "Preview · not posted"),
    "final": ("已入账", "Posted"),
    "to": ("致", "To"),
    "pool": ("资金池", "Pool"),
    "month": ("结算月份", "Month"),
    "period": ("期间", "Period"),
    "role": ("角色", "Role"),
    "posted_on": ("入账日", "Posted on"),
    "money_unit": ("金额单位：人民币元", "Amounts in yuan (CNY)"),
    "result": ("本月结算结果", "Result of the month"),
    "how_to_pay": ("缴款方式", "How to pay"),
    "pay_by": ("缴款期限", "Pay by"),
    "pay_by_later": ("入账后 10 个工作日内", "within ten working days from posting"),
    "pay_amount": ("缴款金额", "Amount"),
    "pay_holder": ("收款户名", "Account holder"),
    "pay_bank": ("开户银行", "Bank"),
    "pay_account": ("收款账号", "Account number"),
    "no_account": (
        "专户尚未登记，请向资金池管理方索取",
        "not entered yet; ask the pool's managers",
    ),
    "pay_note": ("汇款附言", "Payment reference"),
    "paid_by": ("资金池付款期限", "The pool pays by"),
    "netted": ("轧差抵销", "Netted"),
    "earlier": (
        "前期对账单尚未结清（不重复计入）",
        "Open from earlier statements, not asked again",
    ),
    "awaiting": ("已批准待拨付补偿（另行拨付）", "Approved claims, paid separately"),
    "transfers": ("结算入账明细", "Postings of this settlement"),
    "balances": ("余额与发生额", "Balances and movements"),
    "opening": ("期初", "Opening"),
    "closing": ("期末", "Closing"),
    "item": ("项目", "Item"),
    "amount": ("金额", "Amount"),
    "loans": ("在保贷款", "Covered loans"),
    "risk_class": ("五级分类", "Risk class"),
    "count": ("笔数", "Loans"),
    "outstanding": ("未还本金", "Outstanding principal"),
    "covered": ("在保本金", "Covered principal"),
    "overdue": ("其中逾期", "Of these overdue"),
    "counted_once": (
        "另有续贷与被续贷款重合部分，已作一笔债务计入上表，不再相加（未还本金／在保本金）",
        "Held by loans and their renewals alike, in the table once (outstanding / covered)",
    ),
    "claims_of_month": ("本月补偿（资金池承担）", "Claims of the month, borne by the pool"),
    "recoveries_of_month": ("本月追偿（返还资金池）", "Recoveries of the month, to the pool"),
    "total": ("合计", "Total"),
    "parties": ("各方结算", "What the month leaves each party"),
    "party": ("单位", "Party"),
    "net": ("净额", "Net"),
    "accounts": ("科目余额", "Accounts"),
    "account": ("科目", "Account"),
    "debited": ("借方发生", "Debited"),
    "credited": ("贷方发生", "Credited"),
    "entries": ("逐笔明细", "Every entry"),
    "no_entries": ("本月无发生额", "Nothing was booked this month"),
    "date": ("日期", "Date"),
    "seq": ("账簿序号", "No."),
    "reference": ("凭证号", "Reference"),
    "kind": ("事项", "Fact"),
    "debit": ("借", "Debit"),
    "credit": ("贷", "Credit"),
    "loan_number": ("贷款编号", "Case"),
    "lines": ("贷款明细", "Loan by loan"),
    "annex": (
        "共 {n} 笔，逐笔列于附件",
        "{n} rows, each of them in the annex",
    ),
    "annex_signed": (
        "本文件的签名以上述校验值一并确认该附件。",
        "By this hash the signature on this document covers the annex, too.",
    ),
    "borrower": ("借款企业", "Borrower"),
    "loan_no": ("借据号", "Loan no."),
    "bank": ("银行", "Bank"),
    "contract_amount": ("贷款金额", "Amount"),
    "overdue_days": ("逾期天数", "Days overdue"),
    "claimed": ("资金池补偿", "Borne by the pool"),
    "recovered": ("资金池收回", "Recovered"),
    "in_cover": ("月末在保", "In cover"),
    "ended": ("已解除", "ended"),
    "local_time": ("北京时间", "Beijing time"),
    "people": ("经办与签批", "People"),
    "preview": ("编制", "Prepared by"),
    "confirm": ("确认", "Confirmed by"),
    "sign": ("签批", "Signed by"),
    "post": ("入账", "Posted by"),
    "signed_with": (
        "本文件已作电子签名，签名证书：",
        "Signed electronically, with the certificate of",
    ),
    "development_certificate": (
        "签名用的是开发证书，仅供演示，不具证明力。",
        "It is a development certificate, for demonstrations: it proves nothing.",
    ),
    "how": (
        "每一笔金额均可按凭证号与账簿序号在系统中展开：对应的业务事实、适用条款版本、计算过程与经办人。",
        "Every amount can be expanded by its reference and number: the fact behind it, the terms "
        "and their version, the calculation and the people.",
    ),
    "ledger": (
        "账簿校验：截至第 {seq} 号，校验值 {hash}",
        "Ledger: up to no. {seq}, chain hash {hash}",
    ),
    "page": ("第 {n} 页，共 {of} 页", "Page {n} of {of}"),
    "statement": ("对账单", "Statement"),
    "explanation": ("计算说明编号", "Explanation"),
}
"""Word → (Chinese, English)."""


def words(language: Language) -> dict[str, str]:
    """Every word in one language."""
    place = 0 if language == "zh" else 1
    return {name: said[place] for name, said in WORDS.items()}


def risk_class(name: str | None, language: Language) -> str:
    """A class for people; a dash where none was reported."""
    return RISK_CLASSES[name].said(language) if name else "—"
