"""How people read an explanation: its identifiers as words, in Chinese and English."""

import re

from shared.schemes.vocabulary import (
    FACTS,
    FIGURES,
    OUTSIDERS,
    PARTIES,
    RISK_CLASSES,
    Words,
)

LABELS: dict[str, Words] = {
    "base": Words("基数", "base"),
    "covered": Words("纳入部分", "covered part"),
    "ip_share": Words("知识产权占比", "IP share"),
    "recovered": Words("已回收", "recovered"),
    "compensated_amount": Words("代偿金额", "amount compensated"),
    "limit": Words("上限", "limit"),
    "entry": Words("入库方式", "entry"),
    "counted_from": Words("备案期限起算", "counted from"),
    "ranks": Words("最多顺位数", "most ranks"),
    "behind": Words("前顺位", "behind"),
    "consent": Words("同意材料", "consent"),
    "late": Words("逾期备案", "filed late"),
    "signature": Words("另须会签", "signature"),
    "joint_meeting": Words("须经联合评审会", "joint meeting"),
    "used": Words("已用", "used"),
    "due": Words("应付", "due"),
    "allowed": Words("上限", "allowed"),
    "requested": Words("申请", "requested"),
    "parties": Words("对象", "parties"),
    "principal": Words("本金", "principal"),
    "interest": Words("利息", "interest"),
    "penalty_interest": Words("罚息", "penalty interest"),
    "compound_interest": Words("复利", "compound interest"),
    "costs": Words("费用", "costs"),
    "line_amount": Words("对账单金额", "amount of the line"),
    "held_right": Words("主张金额", "held to be right"),
    "disputed_difference": Words("争议金额", "disputed difference"),
    "upheld_amount": Words("成立金额", "upheld"),
    "taken_off_item": Words("冲减该月往来", "taken off the item"),
    "carried_costs": Words("上次结转费用", "costs carried over"),
    "pledged_ip": Words("质物变现", "proceeds of the pledged IP"),
    "other": Words("其他回收", "other proceeds"),
    "returned_before": Words("此前已还", "returned before"),
    "net_loss": Words("净损失", "net loss"),
    "available": Words("可补足", "can still be added by"),
    "released": Words("退回", "released"),
    "added": Words("补足", "added"),
    "rate": Words("利率", "rate"),
    "share": Words("比例", "share"),
    "days": Words("天数", "days"),
    "fee": Words("费用", "fee"),
    "mode": Words("方式", "mode"),
    "payee": Words("收款方", "payee"),
    "ratio": Words("比率", "ratio"),
    "warn": Words("预警线", "warning line"),
    "stop": Words("停止线", "stop line"),
    "resume": Words("恢复线", "resume line"),
    "clear_month_ends": Words("连续达标月末", "clear month-ends"),
    "normal": Words("正常", "normal"),
    "warned": Words("预警", "warned"),
    "stopped": Words("停办", "stopped"),
    "compensation": Words("补偿", "compensation"),
    "refund": Words("返还分担", "refund"),
    "release": Words("退回", "release"),
    "upfront_rate_cut": Words("当场降息", "rate cut at once"),
    "ex_post_to_company": Words("事后付企业", "afterwards to the firm"),
    "ex_post_on_settlement": Words("结清后付", "on settlement"),
    "above": Words("大于", "above"),
    "at_least": Words("不小于", "at least"),
    "up_to": Words("不大于", "up to"),
    "below": Words("小于", "below"),
    "equals": Words("为", "is"),
    "plus": Words("加点", "points on top"),
    "agreed": Words("协议约定", "agreed"),
    "yes": Words("有", "yes"),
    "no": Words("无", "no"),
    "true": Words("是", "true"),
    "of": Words("按", "of"),
    "by": Words("由", "by"),
    "order": Words("次序", "order"),
    "pro_rata": Words("按比例", "pro rata"),
    "statutory": Words("法定（费用、利息、本金）", "statutory (costs, interest, principal)"),
    "counts_uncovered": Words(
        "纳入部分以外视为受偿方承担", "what is beyond the covered part counts"
    ),
    "hides_amounts": Words("不公示金额", "amounts are not shown"),
    "days_after": Words("期满后继续展示（天）", "shown after its end, days"),
    "subsidies_working_days": Words("补贴公示（工作日）", "subsidies on notice, working days"),
    "net_of_recoveries": Words("扣除已回收", "net of recoveries"),
    "amount": Words("金额", "amount"),
    "may_be_raised_to": Words("经决定最高可调至", "a decision may raise it to"),
    "code": Words("代号", "code"),
    "trips": Words("触发于", "trips"),
    "month_ends": Words("连续月末", "month-ends"),
    "overdue_days_above": Words("逾期天数大于", "overdue days above"),
    "months_non_performing": Words("不良满（月）", "months non-performing"),
    "risk_class_at_least": Words("五级分类", "risk class"),
    "lawsuit_accepted": Words("法院已受理起诉", "lawsuit accepted"),
    "called_early": Words("已宣布提前到期", "called early"),
    "loss_confirmed": Words("上级已确认损失", "loss confirmed by the higher level"),
    "over_lpr_bp": Words("LPR 加（基点）", "LPR plus (bp)"),
    "times_lpr": Words("LPR 的", "of LPR,"),
    "under_market_bp": Words("低于同类均值（基点）", "under the going rate (bp)"),
    "lpr_term": Words("LPR 期限", "LPR term"),
    "lpr_of": Words("LPR 取", "LPR of the"),
    "december": Words("当年 12 月", "December"),
    "day": Words("当日", "day"),
    "rate_bp": Words("年率（基点）", "rate (bp)"),
    "fee_ceiling_bp": Words("不超过本金的（基点）", "at most, of the principal (bp)"),
    "rate_ceiling": Words("利率上限", "rate ceiling"),
    "above_ceiling": Words("超过时", "above it"),
    "nothing": Words("不补", "nothing"),
    "counted_up_to_ceiling": Words("计到上限", "counted up to it"),
    "ip_part_only": Words("只计知识产权部分", "IP part only"),
    "day_base": Words("日基数", "day base"),
    "per_year": Words("按年计", "per year"),
    "rounded_each": Words("取整", "rounded each"),
    "period": Words("每期", "period"),
    "quarter": Words("每季", "quarter"),
    "longest_days": Words("最长（天）", "at most, days"),
    "least_loan": Words("贷款不少于", "loan at least"),
    "largest_loan": Words("贷款不超过", "loan at most"),
    "residual": Words("尾差归", "rounding to"),
    "caps": Words("上限", "caps"),
    "borrower_year": Words("每户每年", "per borrower and year"),
    "borrower_life": Words("每户累计", "per borrower in all"),
    "product_year": Words("每产品每户每年", "per product, borrower and year"),
    "product_life": Words("每产品每户累计", "per product and borrower in all"),
    "programme_year": Words("每年", "per year"),
    "guarantee_fee": Words("担保费", "guarantee fee"),
    "interest_paid": Words("实付利息", "interest really paid"),
    "insurance_premium": Words("保险费", "insurance premium"),
    "appraisal_fee": Words("评估费", "appraisal fee"),
    "provincial_confirmation": Words("省级确认", "provincial confirmation"),
}
"""The other words of an explanation."""

_SPOKEN: dict[str, Words] = (
    {name: Words(fact.zh, fact.en) for name, fact in FACTS.items()}
    | FIGURES
    | OUTSIDERS
    | PARTIES
    | LABELS
    | RISK_CLASSES
)
_IDENTIFIER = re.compile(r"[a-z][a-z_]*")


def spoken(text: str, language: str) -> str:
    """A line of an explanation with its identifiers as words for people."""

    def word(match: re.Match[str]) -> str:
        words = _SPOKEN.get(match[0])
        return words.said(language) if words else match[0]

    return _IDENTIFIER.sub(word, text)
