"""The words a scheme file may use: parties, kinds of rights, facts, figures, steps.

A closed vocabulary is what lets a misspelt word be found while the file is written, not when
a claim is paid. Chinese and English stand beside each word for every table and message.
"""

from typing import Literal, NamedTuple


class Words(NamedTuple):
    """What a word is called in Chinese and in English."""

    zh: str
    en: str

    def said(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


PARTIES: dict[str, Words] = {
    "pool": Words("风险补偿资金池", "risk pool"),
    "bank": Words("银行", "bank"),
    "guarantor": Words("融资担保机构", "guarantor"),
    "reguarantor": Words("再担保机构", "re-guarantor"),
    "insurer": Words("保险公司", "insurer"),
    "appraiser": Words("评估机构", "appraiser"),
    "ip_operator": Words("知识产权运营机构", "IP operator"),
    "government": Words("地方政府", "local government"),
    "province": Words("省级资金", "province"),
    "city": Words("市级资金", "city"),
    "district": Words("区级资金", "district"),
    "region": Words("自治区财政", "region"),
    "place": Words("所在地财政", "place"),
    "central": Words("中央资金", "central government"),
    "national_fund": Words("国家融资担保基金", "national financing guarantee fund"),
    "manager": Words("受托管理机构", "pool manager"),
}

OUTSIDERS: dict[str, Words] = {
    "escrow": Words("保证金账户", "escrow account"),
    "pledgor": Words("出质人", "pledgor"),
    "borrower": Words("借款企业", "borrower"),
}
"""Who may be paid without bearing any part of a loss."""


def party_name(party: str, language: str) -> str:
    """The party's name for people."""
    words = PARTIES.get(party) or OUTSIDERS.get(party)
    return words.said(language) if words else party


IP_KINDS: dict[str, Words] = {
    "invention": Words("发明专利", "invention patent"),
    "utility_model": Words("实用新型专利", "utility model"),
    "design": Words("外观设计专利", "design patent"),
    "trademark_right": Words("注册商标专用权", "registered trademark"),
    "copyright": Words("著作权", "copyright"),
    "software_copyright": Words("软件著作权", "software copyright"),
    "geographical_indication": Words("地理标志", "geographical indication"),
    "ic_layout_design": Words("集成电路布图设计", "IC layout design"),
    "plant_variety": Words("植物新品种", "new plant variety"),
    "data_ip": Words("数据知识产权", "data intellectual property"),
    "trade_secret": Words("商业秘密", "trade secret"),
}

PURPOSES: dict[str, Words] = {
    "working_capital": Words("流动资金", "working capital"),
    "research_and_development": Words("研究开发", "research and development"),
    "industrialisation": Words("成果产业化", "industrialisation"),
    "ip_operation": Words("知识产权运营", "IP operation"),
    "equipment": Words("设备购置", "equipment"),
}

DOCUMENTS: dict[str, Words] = {
    "business_licence": Words("营业执照", "business licence"),
    "ip_certificates": Words("知识产权证书", "IP certificates"),
    "financial_statements": Words("财务报表", "financial statements"),
    "audited_accounts": Words("审计报告", "audited accounts"),
    "loan_contract": Words("借款合同", "loan contract"),
    "pledge_contract": Words("质押合同", "pledge contract"),
    "ip_share_clause": Words("知识产权部分占比约定", "clause stating the IP share"),
    "credit_report": Words("信用报告", "credit report"),
    "appraisal_report": Words("评估报告", "appraisal report"),
    "insurance_policy": Words("保证保险单", "insurance policy"),
    "guarantee_letter": Words("担保函", "letter of guarantee"),
    "purpose_statement": Words("贷款用途说明", "statement of purpose"),
    "bank_approval": Words("银行审批意见", "bank approval"),
    "claim_form": Words("补偿申请表", "claim form"),
    "claim_report": Words("补偿申请报告（加盖银行公章）", "claim report with bank seal"),
    "recovery_plan": Words("追偿方案", "recovery plan"),
    "diligence_statement": Words("尽职情况声明", "statement of diligence"),
    "statement_of_claim": Words("起诉状", "statement of claim"),
    "court_acceptance_notice": Words("法院受理通知书", "court acceptance notice"),
    "disbursement_voucher": Words("放款凭证", "disbursement voucher"),
    "provincial_confirmation": Words("省级损失确认文件", "provincial confirmation of the loss"),
    "overdue_notice": Words("逾期催收记录", "overdue notice"),
    "due_diligence_report": Words("尽职调查报告", "due-diligence report"),
    "pledgor_consent": Words("出质人（共有人、第三人）同意书", "consent of a further pledgor"),
    "pledge_certificate": Words("质押登记证明", "certificate of the pledge's registration"),
    "earlier_pledgee_consent": Words(
        "前顺位质权人同意书", "consent of the pledgee of the earlier rank"
    ),
}

RISK_CLASSES: dict[str, Words] = {
    "normal": Words("正常", "normal"),
    "special_mention": Words("关注", "special mention"),
    "substandard": Words("次级", "substandard"),
    "doubtful": Words("可疑", "doubtful"),
    "loss": Words("损失", "loss"),
}
"""五级分类 from best to worst; the order is used."""

FactKind = Literal["money", "ratio", "count", "flag", "word"]


class Fact(NamedTuple):
    """A fact that a tier, a point or a trigger may ask for."""

    kind: FactKind
    zh: str
    en: str


FACTS: dict[str, Fact] = {
    "borrower_balance": Fact(
        "money", "借款人在本项目的贷款余额", "the borrower's principal in the programme"
    ),
    "loan_amount": Fact("money", "贷款合同金额", "contract amount of the loan"),
    "outstanding_principal": Fact("money", "未还本金", "outstanding principal"),
    "revenue": Fact("money", "企业年营业收入", "the firm's yearly revenue"),
    "total_debt": Fact("money", "企业其他全部贷款余额", "all other loans of the firm"),
    "unsecured_share": Fact("ratio", "信用部分占比", "unsecured share of the loan"),
    "claim_rate": Fact("ratio", "代偿率", "claim rate"),
    "guarantee_multiple": Fact("ratio", "担保业务放大倍数", "multiple of guarantees to pool"),
    "bank_score": Fact("count", "银行考核得分", "score of the bank"),
    "in_territory": Fact("flag", "企业在本地注册", "the firm is registered in the territory"),
    "is_first_loan": Fact("flag", "首贷", "first loan"),
    "is_unsecured": Fact("flag", "信用贷款", "unsecured loan"),
    "is_ip_loan": Fact("flag", "知识产权质押贷款", "IP-pledged loan"),
    "is_tech_loan": Fact("flag", "科技贷款", "technology loan"),
    "is_green_loan": Fact("flag", "绿色贷款", "green loan"),
    "is_tech_sme": Fact("flag", "科技型中小企业", "technology SME"),
    "is_high_tech_enterprise": Fact("flag", "高新技术企业", "high-tech enterprise"),
    "is_specialised_sme": Fact("flag", "专精特新企业", "specialised and innovative SME"),
    "is_priority_sector": Fact("flag", "重点领域", "priority sector"),
    "is_guaranteed": Fact("flag", "有担保", "guaranteed"),
    "is_insured": Fact("flag", "有保证保险", "insured"),
    "is_small": Fact("flag", "小微企业", "small or micro firm"),
    "is_multi_ip_type": Fact("flag", "多类知识产权混合质押", "several kinds of IP"),
    "risk_class": Fact("word", "五级分类", "risk class"),
}

INDUSTRIES: dict[str, Words] = {
    "A": Words("农、林、牧、渔业", "agriculture, forestry, husbandry and fishery"),
    "B": Words("采矿业", "mining"),
    "C": Words("制造业", "manufacturing"),
    "D": Words("电力、热力、燃气及水生产和供应业", "electricity, heat, gas and water"),
    "E": Words("建筑业", "construction"),
    "F": Words("批发和零售业", "wholesale and retail"),
    "G": Words("交通运输、仓储和邮政业", "transport, storage and post"),
    "H": Words("住宿和餐饮业", "accommodation and catering"),
    "I": Words("信息传输、软件和信息技术服务业", "information transmission, software and IT"),
    "J": Words("金融业", "finance"),
    "K": Words("房地产业", "real estate"),
    "L": Words("租赁和商务服务业", "leasing and business services"),
    "M": Words("科学研究和技术服务业", "research and technical services"),
    "N": Words("水利、环境和公共设施管理业", "water, environment and public facilities"),
    "O": Words("居民服务、修理和其他服务业", "services to households, repair and others"),
    "P": Words("教育", "education"),
    "Q": Words("卫生和社会工作", "health and social work"),
    "R": Words("文化、体育和娱乐业", "culture, sports and entertainment"),
    "S": Words("公共管理、社会保障和社会组织", "public administration and social security"),
    "T": Words("国际组织", "international organisations"),
}
"""国民经济行业分类 GB/T 4754—2017, 门类 (sections) by their letter."""

LABELS: dict[str, Words] = {
    "industry": Words("行业门类（GB/T 4754 字母）", "industry (section of GB/T 4754, a letter)"),
    "park": Words("所在园区", "park the firm is in"),
}
"""What a bank may say of a firm beside the facts; no rule asks for it, only reports divide by it."""

FIGURES: dict[str, Words] = {
    "pool_available": Words("资金池可用余额", "available balance of the pool"),
    "bank_year_lending": Words("银行当年入库放款额", "the bank's lending in the pool this year"),
    "bank_year_ceiling": Words("银行当年补偿限额", "the bank's ceiling for the year"),
    "year_budget": Words("当年补偿预算", "the year's budget for compensation"),
    "term_disbursed": Words("合作期内已放款额", "covered loans disbursed in the term"),
    "term_fees": Words("合作期内已收担保费", "guarantee fees charged in the term"),
    "portfolio_fees": Words("组合已收担保费", "guarantee fees charged on the portfolio"),
    "loss_before_policy_money": Words(
        "承担方在政策资金之前的损失", "what the bearer loses before any policy money"
    ),
}
"""Running figures that the ledger hands in for a cap; the last one is computed here."""

PERIODS: dict[str, Words] = {
    "claim": Words("每次申请", "per claim"),
    "loan": Words("每笔贷款", "per loan"),
    "borrower": Words("每户企业", "per borrower"),
    "borrower_year": Words("每户每年", "per borrower and year"),
    "bank_year": Words("每家银行每年", "per bank and year"),
    "programme_year": Words("每年", "per year"),
    "term": Words("合作期", "over the cooperation term"),
    "pool_balance": Words("以余额为限", "up to the balance"),
}
"""Over what a cap counts. The calendar year is that of filing the claim."""

STEPS: dict[str, Words] = {
    "first_review": Words("初审", "first review"),
    "bank_review": Words("银行审批", "bank's own review"),
    "pool_entry": Words("入库审核", "entry to the pool"),
    "reservation": Words("额度保留", "holding of capacity"),
    "filing": Words("放款备案", "filing after disbursement"),
    "monthly_report": Words("月报", "monthly report"),
    "overdue_notice": Words("逾期报告", "overdue notice"),
    "claim": Words("提出补偿申请", "filing of the claim"),
    "expert_review": Words("专家评审和现场核查", "expert review and site visit"),
    "bureau_opinion": Words("主管部门意见", "bureau's opinion"),
    "joint_meeting": Words("联席会议", "joint meeting"),
    "public_notice": Words("公示", "public notice"),
    "appeal": Words("申诉", "appeal"),
    "payment": Words("拨付", "payment"),
    "recovery_return": Words("返还追偿款", "return of recovered money"),
}

ENTRIES: dict[str, Words] = {
    "before_disbursement": Words("审批制（先批准后放款）", "approved before it is paid out"),
    "after_disbursement": Words("备案制（放款后备案）", "filed after it was paid out"),
    "either": Words("审批制或备案制", "approved before or filed after it is paid out"),
}
"""How a loan enters a pool."""

TERM_BEGINS: dict[str, Words] = {
    "disbursement": Words("放款日", "day of disbursement"),
    "contract": Words("借款合同签订日", "day of the loan contract"),
}
"""From which day the term for filing counts."""

LATE_FILINGS: dict[str, Words] = {
    "refused": Words("不予受理", "not taken"),
    "from_approval": Words("受理，自批准日起保障", "taken, and covered from its approval"),
}
"""What becomes of a loan that is filed late."""

BEHIND_WHOM: dict[str, Words] = {
    "own": Words("同一企业在本行的贷款", "the firm's own loan at the same bank"),
    "any_bank": Words("任何银行的贷款", "a loan of any bank"),
}
"""Behind whose pledge a right may stand in a later rank."""

CREDIT_LISTS: dict[str, Words] = {
    "seriously_dishonest": Words("严重失信主体名单", "list of seriously dishonest entities"),
    "judgment_defaulter": Words("失信被执行人", "judgment defaulters"),
    "abnormal_operation": Words("经营异常名录", "list of abnormal operation"),
    "ip_dishonest": Words("知识产权失信行为", "dishonest acts in IP"),
    "bad_credit_record": Words("不良信用记录", "bad credit record"),
    "npl_history": Words("贷款曾列次级以下", "a loan once graded substandard or worse"),
    "major_violation": Words("重大违法违规", "major violation"),
}

MARKS: dict[str, Words] = {
    "assumed": Words("假定", "assumed"),
    "recalled": Words("通行做法", "recalled"),
    "weak": Words("二手来源", "weak source"),
}
"""How sure a value is, where it is not simply read in its source."""

SIGNERS: dict[str, Words] = {
    "leader": Words("分管领导", "leader in charge"),
    "approver": Words("另一名审批人", "another approver"),
    "pool_manager": Words("资金池管理员", "pool manager"),
}
"""Whose signature an approval may need beside that of its approver."""
