"""What was settled where measures are silent or contradict each other, in words (docs/settled-readings.md).

A rule may cite such a reading, a topic of our survey of practice, or a law instead of a measure.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.schemes.vocabulary import Words


@dataclass(frozen=True, slots=True)
class Reading:
    """What is cited, and what it says."""

    title: Words
    text: Words


READINGS: Mapping[str, Reading] = {
    "H.1": Reading(
        Words("统一解释第1条（份额取整）", "Settled reading 1 (rounding of shares)"),
        Words(
            "各方份额按次序各自四舍五入到分，尾差归银行；没有银行的归最后列名的一方。尾差方将为负时，由进位最多的一方退回一分。基数为零则各方为零。",
            "Each share is rounded half-up to the fen on its own, in the order of the parties; the residual party takes the difference: the bank, or where no bank shares, the last party named. Were it to become negative, whoever was rounded up most gives a fen back. A base of nothing gives zero shares.",
        ),
    ),
    "H.2": Reading(
        Words("统一解释第2条（担保链）", "Settled reading 2 (chain of guarantors)"),
        Words(
            "担保链只计算一次最终份额；担保机构先付除银行外各方份额之和，再由各方按份额返还。",
            "A chain is split once into final shares; the guarantor pays the bank the sum of the rounded shares of all but the bank, and is refunded each share as it stands.",
        ),
    ),
    "H.3": Reading(
        Words("统一解释第3条（上限的削减）", "Settled reading 3 (how caps cut)"),
        Words(
            "上限按未封顶份额的比例削减多个付款方（最大余数法，同余先列名者得）；削减部分由受偿方承担。各上限分别与未封顶份额比较，取最小者。",
            "A cap that cuts several payers cuts them in proportion to their uncapped shares, by largest remainder, ties to the first named; what is cut off stays with the bearer (the bank, or the guarantor where he is compensated). Every cap is held against the uncapped shares, and each party pays the least that any cap leaves it.",
        ),
    ),
    "H.7": Reading(
        Words("统一解释第7条（知识产权占比）", "Settled reading 7 (share of the IP)"),
        Words(
            "有其他担保的贷款只计合同约定的知识产权部分；没有约定的不予补偿。约定金额的，按合同金额折成比例，此后不变。",
            "The IP share stated in the contract cuts the base whenever the loan has other collateral; a combined loan without one is refused. A stated IP amount becomes a share of the contract amount and stays that share.",
        ),
    ),
    "H.8": Reading(
        Words("统一解释第8条（计算次序）", "Settled reading 8 (order of computing)"),
        Words(
            "先乘占比取整，再看纳入部分（封顶，不按比例），再分担，再看上限。",
            "Order: principal × IP share (rounded), the covered part (capped, not prorated), the split, the caps.",
        ),
    ),
    "H.9": Reading(
        Words("统一解释第9条（基数外的利息）", "Settled reading 9 (interest outside the base)"),
        Words(
            "利息、罚息、复利不在基数内，由银行承担，方案另有规定的除外。",
            "Interest, penalty and compound interest stay with the bank, outside the base, unless the scheme says otherwise.",
        ),
    ),
    "H.10": Reading(
        Words("统一解释第10条（费用）", "Settled reading 10 (costs)"),
        Words(
            "基数含费用的，计到申请日；同一费用只计一次。",
            "In a base with costs, those up to the day of the claim; no cost counts twice.",
        ),
    ),
    "H.12": Reading(
        Words(
            "统一解释第12条（规则日与事实日）", "Settled reading 12 (day of rules, day of facts)"
        ),
        Words(
            "规则按批准日（首尾两日都算）；事实按申请日，方案另定按放款日的除外。",
            'The rules are those of the day of approval, first and last day included; the facts are those of the claim day, unless the scheme says "at disbursement".',
        ),
    ),
    "H.13": Reading(
        Words("统一解释第13条（苏知贷分档）", "Settled reading 13 (tier of Suzhidai)"),
        Words(
            "苏知贷分档按该户全部在池贷款本金。",
            "The tier of `js_suzhidai` goes by the principal of all the borrower's loans in the programme.",
        ),
    ),
    "H.14": Reading(
        Words("统一解释第14条（没有符合的档次）", "Settled reading 14 (where no row fits)"),
        Words(
            "没有符合的档次不予补偿。",
            "Where no row fits, nothing is paid.",
        ),
    ),
    "H.15": Reading(
        Words("统一解释第15条（先后次序）", "Settled reading 15 (order of filing)"),
        Words(
            "按申请时间先后、再按编号计数，年度按申请年；预算最后一笔部分支付、不排队。累计数跨版本延续。",
            "Claims count in the order of filing, then of their number; the year is that of filing; the last claim on a budget is paid in part and is not queued. Counters run on across versions of a programme.",
        ),
    ),
    "H.16": Reading(
        Words("统一解释第16条（组合上限）", "Settled reading 16 (portfolio caps)"),
        Words(
            "组合上限按合作期累计；之后的回收或保费只为以后的申请腾出空间。",
            "A portfolio cap counts over the term; later recoveries or fees open room for later claims only.",
        ),
    ),
    "H.17": Reading(
        Words("统一解释第17条（个别方案）", "Settled reading 17 (single programmes)"),
        Words(
            "个别方案的解释，见各文件。",
            "Readings of single programmes, named in their files.",
        ),
    ),
    "H.18": Reading(
        Words("统一解释第18条（不超过的比例）", "Settled reading 18 (“up to” a ratio)"),
        Words(
            "“不超过”的比例按上限支付，协议另定更低的除外。",
            '"Up to" a ratio: the ceiling is what is paid, unless an agreement states less.',
        ),
    ),
    "H.19": Reading(
        Words("统一解释第19条（超过上限的贷款）", "Settled reading 19 (loans above a limit)"),
        Words(
            "超过上限的贷款整笔不予入库。",
            "A loan above a limit is refused whole, not covered in part.",
        ),
    ),
    "H.20": Reading(
        Words("统一解释第20条（月与工作日）", "Settled reading 20 (months and working days)"),
        Words(
            "月数到同一日或月末；工作日不含首日、含末日。",
            "Months run to the same day number or the month's last day; working days without the first day, with the last.",
        ),
    ),
    "H.21": Reading(
        Words("统一解释第21条（先扣追偿费用）", "Settled reading 21 (costs of a recovery first)"),
        Words(
            "先扣追偿费用，不足结转下次；质物所得全额计入，其他所得只计知识产权占比。",
            "Costs of a recovery first, uncovered ones are carried on; proceeds of the pledged IP count in full, of anything else only the IP share.",
        ),
    ),
    "H.22": Reading(
        Words("统一解释第22条（按承担返还）", "Settled reading 22 (back by what each bore)"),
        Words(
            "净额按各方实际承担返还；没有削减的即为约定比例。",
            "The net goes back by what each party bore; where nothing was cut off, that is the scheme's ratio.",
        ),
    ),
    "H.23": Reading(
        Words("统一解释第23条（足额退出）", "Settled reading 23 (who is whole)"),
        Words(
            "足额者退出，超出部分归其他各方；恰好足额的不影响其他各方；都足额后先还基数外利息，余额归出质人。",
            "A party is whole when what it bore is back; what it is offered beyond that goes to the others, and one that becomes exactly whole changes no other's fen. When all are whole: the interest outside the base, then the pledgor.",
        ),
    ),
    "H.24": Reading(
        Words("统一解释第24条（法定次序）", "Settled reading 24 (statutory order)"),
        Words(
            "方案写明的，按费用、利息、本金的法定次序。",
            "The statutory order (costs, interest, principal) where the scheme says so.",
        ),
    ),
    "H.25": Reading(
        Words("统一解释第25条（追回即可用）", "Settled reading 25 (recovered money is available)"),
        Words(
            "追回的钱立即可用。",
            "Recovered money is available to the pool at once.",
        ),
    ),
    "H.26": Reading(
        Words("统一解释第26条（放大倍数）", "Settled reading 26 (leverage)"),
        Words(
            "银行承诺的放大倍数只报告差额；最高放大倍数在保留额度时检查。",
            "`minimum_leverage` is what a bank undertakes to lend: a shortfall is reported, never a refusal. `maximum_leverage` is a ceiling at reservation.",
        ),
    ),
    "H.27": Reading(
        Words("统一解释第27条（触发与恢复）", "Settled reading 27 (tripped and released)"),
        Words(
            "超过线才触发，优于恢复线才恢复；恰在线上不变。",
            "A line is tripped when the figure is beyond it, released when better than the resume line; on a line nothing happens.",
        ),
    ),
    "H.28": Reading(
        Words("统一解释第28条（等于上限）", "Settled reading 28 (equal to a limit)"),
        Words(
            "等于上限不算超过；多条起作用的全部列出，最紧的在前。",
            "A limit equal to what is due does not bind; of several that bind all are named, the tightest first.",
        ),
    ),
    "H.29": Reading(
        Words("统一解释第29条（补贴计算）", "Settled reading 29 (computing a subsidy)"),
        Words(
            "补贴 = 本金 × 利率 × 比例 × 天数 ÷ 日基数（未写明为 365），还款日不计，期末取整一次。",
            "Subsidy: principal × rate × share × days ÷ day base, 365 unless stated, without the day of repayment, rounded once at the end of its period.",
        ),
    ),
}
"""Settled readings by their short name."""

SURVEY: Mapping[str, Words] = {
    "B": Words("各地做法调查（各项规则）", "Survey of practice (rules by topic)"),
    "B.1": Words("各地做法调查（资金来源）", "Survey of practice (funding)"),
    "B.2": Words("各地做法调查（放大倍数）", "Survey of practice (leverage)"),
    "B.3": Words("各地做法调查（准入条件）", "Survey of practice (eligibility)"),
    "B.4": Words("各地做法调查（损失分担与上限）", "Survey of practice (loss sharing and caps)"),
    "B.5": Words("各地做法调查（补偿条件）", "Survey of practice (trigger)"),
    "B.6": Words("各地做法调查（追偿）", "Survey of practice (recovery)"),
    "B.7": Words("各地做法调查（熔断）", "Survey of practice (circuit breakers)"),
    "B.8": Words("各地做法调查（申请流程）", "Survey of practice (workflow)"),
    "B.9": Words("各地做法调查（贴息贴费）", "Survey of practice (subsidies)"),
    "B.10": Words("各地做法调查（贷后管理与统计）", "Survey of practice (post-loan management)"),
    "B.11": Words("各地做法调查（信用核查）", "Survey of practice (credit checks)"),
    "B.12": Words("各地做法调查（证件号码）", "Survey of practice (identifiers)"),
    "B.13": Words("各地做法调查（质物处置）", "Survey of practice (disposal)"),
    "B.14": Words("各地做法调查（考核指标）", "Survey of practice (targets)"),
    "C": Words("各地做法调查（算例）", "Survey of practice (worked examples)"),
    "D": Words("各地做法调查（程序与期限）", "Survey of practice (steps and time limits)"),
    "E": Words("各地做法调查（案件状态）", "Survey of practice (states of a case)"),
    "F": Words("各地做法调查（未见的规定）", "Survey of practice (what was not found)"),
    "G": Words("各地做法调查（方案类型）", "Survey of practice (shapes of programmes)"),
    "H": Words("各地做法调查（统一解释）", "Survey of practice (settled readings)"),
}
"""Topics of the survey of what places do, by their short name; a section falls back on its chapter."""

LAWS: Mapping[str, Reading] = {
    "民法典 985": Reading(
        Words("《中华人民共和国民法典》第九百八十五条", "Civil Code, article 985"),
        Words(
            "得利人没有法律根据取得不当利益的，受损失的人可以请求得利人返还取得的利益，但是有下列情形之一的除外："
            "（一）为履行道德义务进行的给付；（二）债务到期之前的清偿；（三）明知无给付义务而进行的债务清偿。",
            "Who has gained without legal ground gives back what was gained, unless it was given out of a "
            "moral duty, before the debt was due, or in the knowledge that nothing was owed.",
        ),
    ),
    "民法典 438": Reading(
        Words("《中华人民共和国民法典》第四百三十八条", "Civil Code, article 438"),
        Words(
            "质押财产折价或者拍卖、变卖后，其价款超过债权数额的部分归出质人所有，不足部分由债务人清偿。",
            "What the pledged property fetches beyond the debt belongs to the pledgor; what it falls "
            "short of is paid by the debtor.",
        ),
    ),
    "民法典 561": Reading(
        Words("《中华人民共和国民法典》第五百六十一条", "Civil Code, article 561"),
        Words(
            "债务人在履行主债务外还应当支付利息和实现债权的有关费用，其给付不足以清偿全部债务的，除当事人"
            "另有约定外，应当按照下列顺序履行：（一）实现债权的有关费用；（二）利息；（三）主债务。",
            "Where a payment does not settle the whole debt it goes, unless agreed otherwise, first to the "
            "costs of realising the claim, then to interest, then to the principal.",
        ),
    ),
}
"""Articles of law that the engine itself applies, by how they are cited."""
