"""Wrong scheme files: each gets the place and a message that its author can act on."""

from dataclasses import dataclass

import pytest

from shared.schemes.cases.cases import read_cases
from shared.schemes.problems import Problem
from shared.schemes.reading.reader import read_scheme

GOOD = """\
programme: county
name: {zh: 某县资金池, en: County pool}
place: {zh: 某县, en: A county}
status: complete
valid: {from: 2026-01-01, to: 2028-12-31}
documents:
  M: {zh: 某县管理办法, where: example.gov.cn}
rules:
  loan_cap:
    2026-01-01: {value: "10000000.00", source: 第五条, to: 2026-12-31}
    2027-01-01: {value: "12000000.00", source: 修订第二条}
  ip_kinds:
    2026-01-01: {value: [invention, trademark_right], source: 第三条}
  tenor_months:
    2026-01-01: {value: 12, source: 第六条}
  registered_months:
    2026-01-01: {value: 12, mark: assumed}
  in_territory:
    2026-01-01: {value: true, source: 第四条}
  rate_cap:
    2026-01-01: {value: {over_lpr_bp: 150}, source: 第七条}
  pledge_rates:
    2026-01-01: {value: {invention: 25}, source: 第八条}
  trigger:
    2026-01-01: {value: [{code: npl, risk_class_at_least: substandard}], source: 第十条}
  deadlines:
    2026-01-01: {value: {payment: {working_days: 5}}, source: 第十二条}
  bank_breaker:
    2026-01-01: {value: {trips: above, warn: 3, stop: 5, resume: 4}, source: 第十三条}
  loan_cap_by:
    2026-01-01:
      value:
        by: revenue
        tiers:
          - {below: "20000000.00", amount: "5000000.00"}
          - {at_least: "20000000.00", amount: "10000000.00"}
      source: 第五条
modes:
  direct:
    name: {zh: 直接, en: direct}
    rules:
      parties:
        2026-01-01: {value: [pool, bank], source: 第九条}
      sharing:
        2026-01-01:
          value:
            by: borrower_balance
            tiers:
              - {up_to: "10000000.00", shares: {pool: 80, bank: 20}}
              - {above: "10000000.00", shares: {pool: 50, bank: 50}}
          source: 第九条
      caps:
        2026-01-01:
          value:
            - {code: per_loan, parties: [pool], per: loan, amount: "3000000.00"}
          source: 第十一条
  chain:
    name: {zh: 担保链, en: chain}
    rules:
      parties:
        2026-01-01: {value: [guarantor, pool, bank], source: 第九条}
      sharing:
        2026-01-01: {value: {shares: {guarantor: 50, pool: 30, bank: 20}}, source: 第九条}
      refunds:
        2026-01-01: {value: {pool: guarantor}, source: 第九条}
      behind:
        2026-01-01: {value: {pool: {shares: {city: 40, district: 60}, residual: district}}, source: 第二条}
      subsidies:
        2026-01-01:
          value:
            - {code: interest, name: {zh: 贴息, en: interest}, of: interest, mode: ex_post_to_company, share: 50, paid_by: {city: 100}}
          source: 第十四条
"""


@dataclass(frozen=True)
class Wrong:
    """A change that spoils the good file, and what its author is told.

    `where` is text on the line that the message names, as it stands after the change.
    """

    old: str
    new: str
    where: str
    zh: str
    en: str


WRONG = {
    "the programme is not the file's name": Wrong(
        "programme: county", "programme: country", "programme: country",
        "方案代号 “country” 与文件名 county 不一致", "is not the file's name county"),
    "a name in capitals": Wrong(
        "programme: county", "programme: County", "programme: County",
        "小写英文字母", "lower case letters"),
    "the place is forgotten": Wrong(
        "place: {zh: 某县, en: A county}\n", "", "programme",
        "缺少 “place”（地区）", "“place” is missing"),
    "a misspelt head": Wrong(
        "status: complete", "statuss: complete", "statuss",
        "是否要写 “status”", "did you mean “status”"),
    "an unknown status": Wrong(
        "status: complete", "status: ready", "status: ready",
        "不认识 “ready”", "Known: complete, draft, template, incomplete"),
    "validity that ends before it begins": Wrong(
        "to: 2028-12-31", "to: 2025-12-31", "valid",
        "止日早于起日", "lies before the first"),
    "a day that does not exist": Wrong(
        "to: 2028-12-31", 'to: "2028-02-30"', "valid",
        "不是日期，应写作 2026-03-01", "is not a day"),
    "no sources at all": Wrong(
        "documents:\n  M: {zh: 某县管理办法, where: example.gov.cn}\n", "documents: {}\n", "documents",
        "这里不能为空", "may not be empty"),
    "an unknown rule": Wrong(
        "  tenor_months:", "  tenor_month:", "tenor_month:",
        "是否要写 “tenor_months”", "did you mean “tenor_months”"),
    "a value without its day": Wrong(
        "  tenor_months:\n    2026-01-01: {value: 12, source: 第六条}", "  tenor_months: 12",
        "tenor_months: 12", "要写在生效日之下", "stands under the day"),
    "a day that is none": Wrong(
        "    2026-01-01: {value: 12, source: 第六条}", "    2026-13-01: {value: 12, source: 第六条}",
        "2026-13-01", "“2026-13-01” 不是生效日", "is not a day"),
    "a value without a source": Wrong(
        "{value: 12, source: 第六条}", "{value: 12}", "{value: 12}",
        "缺少 “source”（依据哪一条）", "“source” (which article) is missing"),
    "an entry without a value": Wrong(
        "{value: 12, source: 第六条}", "{source: 第六条}", "{source: 第六条}",
        "缺少 “value”", "“value” is missing"),
    "an unknown mark": Wrong(
        "mark: assumed", "mark: guess", "mark: guess",
        "不认识 “guess”", "Known: assumed, recalled, weak"),
    "an unknown key of an entry": Wrong(
        "{value: 12, source: 第六条}", "{value: 12, soruce: 第六条}", "soruce",
        "是否要写 “source”", "did you mean “source”"),
    "a control character pasted along": Wrong(
        "{value: 12, source: 第六条}", "{value: 12, source: 第六\x08条}", "第六",
        "控制字符 U+0008，请删除", "control character U+0008 here; delete it"),
    "dates that overlap": Wrong(
        "to: 2026-12-31}", "to: 2027-06-30}", "2027-01-01",
        "日期重叠：上一条有效至 2027-06-30，这一条从 2027-01-01 开始；请把上一条的 to 改为 2026-12-31",
        "set its “to” to 2026-12-31"),
    "an entry that ends before it begins": Wrong(
        "to: 2026-12-31}", "to: 2025-12-31}", "to: 2025-12-31}",
        "止日早于起日", "lies before the first"),
    "the same day twice": Wrong(
        "    2027-01-01: {value", "    2026-01-01: {value", "修订第二条",
        "写了两次", "stands twice"),
    "an amount as a number": Wrong(
        '{value: "12000000.00"', "{value: 12000000.00", "修订第二条",
        '应为带引号的元，两位小数，如 "3000000.00"', "yuan in quotes"),
    "an amount in tens of thousands": Wrong(
        '{value: "12000000.00"', '{value: "1200万"', "修订第二条",
        "金额 “1200万” 写法不对", "the amount “1200万”"),
    "an amount with separators": Wrong(
        '{value: "12000000.00"', '{value: "12,000,000.00"', "修订第二条",
        "金额 “12,000,000.00” 写法不对", "with two decimals"),
    "a negative amount": Wrong(
        '{value: "12000000.00"', '{value: "-1.00"', "修订第二条",
        "写法不对", "in quotes with two decimals"),
    "months that are no whole number": Wrong(
        "{value: 12, source: 第六条}", "{value: 1.5, source: 第六条}", "1.5",
        "应是整数", "whole number"),
    "months out of range": Wrong(
        "{value: 12, source: 第六条}", "{value: 0, source: 第六条}", "value: 0",
        "应在 1 至 360 之间", "between 1 and 360"),
    "yes instead of true": Wrong(
        "{value: true, source: 第四条}", "{value: yes, source: 第四条}", "value: yes",
        "应为 true（是）或 false（否）", "true or false"),
    "an unknown kind of right": Wrong(
        "[invention, trademark_right]", "[invention, trade_mark]", "trade_mark",
        "不认识 “trade_mark”", "“trade_mark” is not known"),
    "a kind named twice": Wrong(
        "[invention, trademark_right]", "[invention, invention]", "[invention, invention]",
        "“invention” 出现了两次", "stands twice"),
    "one kind where a list belongs": Wrong(
        "[invention, trademark_right]", "invention", "第三条",
        "这里应是列表", "a list [a, b] is expected"),
    "two ways to cap the rate": Wrong(
        "{over_lpr_bp: 150}", "{over_lpr_bp: 150, times_lpr: 140}", "times_lpr",
        "利率上限须且只能写一种", "exactly one of over_lpr_bp"),
    "a pledge rate above the whole": Wrong(
        "{invention: 25}", "{invention: 125}", "第八条",
        "比例 “125” 超过 100%", "above 100 percent"),
    "a ratio as a decimal number": Wrong(
        "{invention: 25}", "{invention: 0.25}", "第八条",
        '带引号的 "12.5%"', "whole number of percent"),
    "a trigger that asks for nothing": Wrong(
        "{code: npl, risk_class_at_least: substandard}", "{code: npl}", "第十条",
        "什么也没有要求", "asks for nothing"),
    "an unknown risk class": Wrong(
        "risk_class_at_least: substandard", "risk_class_at_least: 次级", "第十条",
        "不认识 “次级” 可用：normal、special_mention、substandard", "Known: normal"),
    "a deadline in two ways": Wrong(
        "{working_days: 5}", "{working_days: 5, months: 1}", "第十二条",
        "期限写法须且只能选一种", "exactly one of: working_days"),
    "a step that is none": Wrong(
        "{payment: {working_days: 5}}", "{paying: {working_days: 5}}", "paying",
        "是否要写 “payment”", "did you mean “payment”"),
    "breaker lines out of order": Wrong(
        "stop: 5, resume: 4", "stop: 2, resume: 4", "第十三条",
        "预警线和恢复线都不应高于停止线", "may not lie above stop"),
    "a tier with a gap": Wrong(
        '- {at_least: "20000000.00", amount', '- {at_least: "30000000.00", amount', "30000000.00",
        "这一档与上一档之间有空档", "there is a gap"),
    "tiers that overlap": Wrong(
        '- {above: "10000000.00", shares', '- {at_least: "10000000.00", shares', "at_least: \"10000000.00\", shares",
        "这一档与上一档重叠", "overlaps the one before"),
    "tiers in falling order": Wrong(
        '- {up_to: "10000000.00", shares', '- {above: "90000000.00", shares', 'above: "10000000.00"',
        "各档须从低到高排列", "rise from low to high"),
    "a tier whose ends are crossed": Wrong(
        '- {above: "10000000.00", shares', '- {above: "10000000.00", up_to: "9000000.00", shares', "9000000.00",
        "区间是空的", "the interval is empty"),
    "a tier with two lower ends": Wrong(
        '- {above: "10000000.00", shares', '- {above: "10000000.00", at_least: "10000000.00", shares', "at_least",
        "只写一个", "one of above and at_least"),
    "tiers by a fact that is none": Wrong(
        "by: borrower_balance", "by: borrower_balances", "borrower_balances",
        "分档须写明依据 by，可用：borrower_balance", "tiers need “by”"),
    "shares that fall short": Wrong(
        "{pool: 50, bank: 50}", "{pool: 50, bank: 40}", "bank: 40",
        "各方比例合计 90%，比 100% 少 10%(pool 50% + bank 40%)", "10% short of 100%"),
    "shares that are too much": Wrong(
        "{guarantor: 50, pool: 30, bank: 20}", "{guarantor: 50, pool: 30, bank: 25}", "bank: 25",
        "多 5%", "5% above 100%"),
    "a party that is none": Wrong(
        "{guarantor: 50, pool: 30, bank: 20}", "{guarantee: 50, pool: 30, bank: 20}", "guarantee: 50",
        "是否要写 “guarantor”", "did you mean “guarantor”"),
    "shares of others than the parties": Wrong(
        "value: [guarantor, pool, bank]", "value: [insurer, pool, bank]", "guarantor: 50",
        "parties 列出 insurer、pool、bank，两者须一致", "they must agree"),
    "flat shares and tiers at once": Wrong(
        "{value: {shares: {guarantor: 50, pool: 30, bank: 20}}", "{value: {shares: {guarantor: 50, pool: 30, bank: 20}, rows: []}", "rows",
        "三者必须且只能写一个", "exactly one of shares"),
    "a cap without a base": Wrong(
        ', per: loan, amount: "3000000.00"}', ", per: loan, rate: 5}", "rate: 5",
        "上限缺少依据", "the cap has no base"),
    "a cap with two bases": Wrong(
        ', per: loan, amount: "3000000.00"}', ', per: loan, amount: "3.00", of: term_fees}', "term_fees",
        "上限缺少依据", "the cap has no base"),
    "a cap of a figure that is none": Wrong(
        ', per: loan, amount: "3000000.00"}', ", per: loan, of: pool_balance}", "of: pool_balance",
        "不认识 “pool_balance”", "Known: pool_available"),
    "a cap over a period that is none": Wrong(
        "per: loan, amount", "per: month, amount", "per: month",
        "不认识 “month”", "Known: claim, loan"),
    "a cap on a party that does not share": Wrong(
        "parties: [pool], per: loan", "parties: [insurer], per: loan", "parties: [insurer]",
        "caps.per_loan 提到 insurer，但 parties 只有 pool、bank", "names insurer"),
    "a cap on the bank itself": Wrong(
        "parties: [pool], per: loan", "parties: [bank], per: loan", "parties: [bank]",
        "上限 per_loan 不能限制 bank", "who bears what is cut off"),
    "refunds in a circle": Wrong(
        "{pool: guarantor}", "{pool: guarantor, guarantor: pool}", "guarantor: pool",
        "返还关系绕成了圈", "run in a circle"),
    "a refund to the bank": Wrong(
        "{pool: guarantor}", "{pool: bank}", "{pool: bank}",
        "refunds 只写代偿方之间的返还", "bank is the one compensated"),
    "financing whose residual does not pay": Wrong(
        "residual: district", "residual: province", "residual: province",
        "residual 须是出资方之一", "one of those behind"),
    "a subsidy on principal without a rate": Wrong(
        "of: interest, mode", "of: principal, mode", "of: principal",
        "按本金补贴须写 rate_bp 或 products", "needs rate_bp or products"),
    "a year of 364 days": Wrong(
        "of: interest, mode", "of: interest, day_base: 364, mode", "day_base",
        "日基数 day_base 只能是 360 或 365", "day_base is either 360 or 365",
    ),
    "a ratio not published in a scheme that is complete": Wrong(
        "{value: {shares: {guarantor: 50, pool: 30, bank: 20}}", "{value: unknown", "unknown",
        "须标 status: incomplete", "carries status: incomplete"),
    "no mode": Wrong(
        GOOD[GOOD.index("modes:"):], "modes: {}\n", "modes: {}",
        "至少要有一种模式", "at least one mode"),
    "modes are forgotten": Wrong(
        GOOD[GOOD.index("modes:"):], "", "programme",
        "缺少 “modes”", "“modes” is missing"),
    "a mode without sharing": Wrong(
        "      sharing:\n        2026-01-01: {value: {shares: {guarantor: 50, pool: 30, bank: 20}}, source: 第九条}\n", "",
        "zh: 担保链", "缺少规则 “sharing”", "the rule “sharing” is missing"),
    "a mode without a name": Wrong(
        "    name: {zh: 担保链, en: chain}\n", "", "rules:",
        "缺少 “name”", "“name” is missing"),
    "a source that is not listed": Wrong(
        "{value: 12, source: 第六条}", "{value: 12, source: N 第六条}", "N 第六条",
        "依据 “N” 没有列在 documents 中", "not listed under documents",
    ),
    "an ASCII comma inside a note": Wrong(
        "{value: 12, source: 第六条}", "{value: 12, source: 第六条, 第二款}", "第二款",
        "不认识 “第二款”", "is not known here"),
    "indentation gone wrong": Wrong(
        "  tenor_months:", " tenor_months:", "tenor_months:",
        "YAML 格式有误", "check indentation"),
    "a quote that is not closed": Wrong(
        'source: 修订第二条', 'source: "修订第二条', "20000000.00",
        "YAML 格式有误", "quotes come in pairs"),
    "a list where pairs belong": Wrong(
        "  M: {zh: 某县管理办法, where: example.gov.cn}", "  - 某县管理办法", "某县管理办法",
        "这里应是“名称: 内容”", "pairs are expected here"),
}  # fmt: skip


def spoilt(wrong: Wrong) -> tuple[str, list[Problem]]:
    assert GOOD.count(wrong.old) >= 1
    text = GOOD.replace(wrong.old, wrong.new, 1)
    scheme, problems = read_scheme(text, programme="county")
    assert scheme is None or problems
    return text, problems


def test_the_good_file_has_no_mistakes():
    scheme, problems = read_scheme(GOOD, programme="county")

    assert [problem.text("en") for problem in problems] == []
    assert scheme is not None


def test_there_are_at_least_forty_wrong_files():
    assert len(WRONG) >= 40


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_says_where_and_what_would_be_right(name):
    wrong = WRONG[name]

    text, problems = spoilt(wrong)

    told = [problem for problem in problems if wrong.zh in problem.text("zh")]
    assert told, [problem.text("zh") for problem in problems]
    assert wrong.en in told[0].text("en"), told[0].text("en")
    assert wrong.where in text.splitlines()[told[0].line - 1], (told[0].line, told[0].text("en"))
    assert told[0].column >= 1


@pytest.mark.parametrize("name", WRONG)
def test_one_mistake_does_not_bring_a_flood_of_messages(name):
    assert len(spoilt(WRONG[name])[1]) <= 4


def test_all_mistakes_of_a_file_are_told_at_once_in_the_order_of_the_file():
    text = GOOD.replace("{value: 12, source: 第六条}", "{value: x, source: 第六条}").replace(
        "{pool: 50, bank: 50}", "{pool: 50, bank: 40}"
    )

    problems = read_scheme(text, programme="county")[1]

    assert len(problems) == 2
    assert problems[0].line < problems[1].line


@pytest.mark.parametrize(
    "text", ["", "- a\n", "just words", "\t", "a: &x [*x]\n", "%", "key: !!python/none x"]
)
def test_whatever_stands_in_a_file_the_answer_is_a_problem_with_a_place(text):
    scheme, problems = read_scheme(text)

    assert scheme is None
    assert problems and all(problem.line >= 1 for problem in problems)


@pytest.mark.parametrize(
    ("old", "new", "en"),
    [
        ("    loss:", "    los:", "did you mean “loss”"),
        ('"100.00"}', "100.00}", "yuan in quotes"),
        ("  - name: a\n", "  - nam: a\n", "“nam” is not known"),
        ("    expect: {base", "    expects: {base", "the case lacks “expect”"),
        ("    day: 2026-03-01\n", "", "the case lacks “day”"),
        ("cases:", "case:", "“cases” is missing"),
        ('    loss: {outstanding_principal: "100.00"}\n', "", "the case asks nothing"),
    ],
)
def test_a_wrong_case_says_where_and_what(old, new, en):
    good = (
        "programme: county\ncases:\n  - name: a\n    day: 2026-03-01\n"
        '    loss: {outstanding_principal: "100.00"}\n    expect: {base: "100.00"}\n'
    )
    assert read_cases(good)[1] == []

    problems = read_cases(good.replace(old, new))[1]

    assert any(en in problem.text("en") for problem in problems), [p.text("en") for p in problems]
