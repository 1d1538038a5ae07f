"""Writes `month.xlsx`: the accountant's month, worked out by formulas from the programme's sentences.

    python -m tests.accountant.sheet

Plain cells and plain formulas, so that a reviewer sees here what Excel or LibreOffice shows there.
Nothing of the product is used: no rate, no rounding and no booking comes from its code.
"""

from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

FILE = Path(__file__).with_name("month.xlsx")

RULES: tuple[tuple[str, str, str, Any], ...] = (
    ("直接模式·资金池", "天津滨海新区〔2022〕9号 新增风险分担模式", "单笔融资的本金损失，资金池承担 40%，银行承担 60%", 0.4),
    ("保险模式·资金池", "广州 穗知规字〔2020〕1号（“5311”）", "资金池、保险、评估、银行按 5:3:1:1 分担", 0.5),
    ("保险模式·保险", "广州 穗知规字〔2020〕1号（“5311”）", "同上", 0.3),
    ("保险模式·评估", "广州 穗知规字〔2020〕1号（“5311”）", "同上", 0.1),
    ("担保模式·资金池", "深圳坪山区 2026-02-05 政策问答", "未清偿本金由资金池承担 40%、担保机构承担 40%，其余由银行承担", 0.4),
    ("担保模式·担保", "深圳坪山区 2026-02-05 政策问答", "同上", 0.4),
    ("单笔补偿上限", "珠海市科技创新局 科技信贷风险补偿金 2022-06-02", "单笔补偿不超过 300 万元", 3000000),
    ("单户年度上限", "东丽方案（假定）", "单户年度补偿不超过 500 万元", 5000000),
    ("单家银行年度上限", "东丽方案（假定）", "单家银行年度补偿不超过其当年放款的 5%；按比例算得的上限只取整分，不进位", 0.05),
    ("年度补偿总额上限", "东丽方案（假定）", "年度补偿总额不超过 2000 万元", 20000000),
    ("余额为限", "海口 管理办法 2023-09-20", "以资金池余额为限承担责任", None),
    ("基数", "天津滨海新区〔2022〕9号；每日经济新闻 2023-07-20", "单笔融资的本金损失；有其他担保的贷款只计知识产权部分", None),
    ("取整", "既定解读 H.1", "各方份额各自四舍五入到分，尾差归银行", None),
    ("削减", "既定解读 H.3", "上限削减的部分由受偿方（银行）承担", None),
    ("代偿", "既定解读 H.2", "担保机构先付银行以外各方之和，资金池向担保机构返还其份额", None),
    ("追偿", "无锡 锡科贷 不良贷款风险补偿指南", "由银行追偿；追偿所得先扣费用，再按分担比例返还各方", None),
)  # fmt: skip

LOANS: tuple[tuple[str, str, str, float, float, Any], ...] = (
    ("d", "ICBC", "保险", 1000000.03, 1, None),
    ("a", "ICBC", "保险", 4840520.11, 0.8, None),
    ("x", "ICBC", "直接", 9999999.99, 1, 9000000),
    ("y", "ICBC", "直接", 10000000, 1, 10000000),
    ("z", "ICBC", "直接", 10000000, 1, 10000000),
    ("w", "ICBC", "直接", 10000000, 1, 10000000),
    ("b", "CCB", "直接", 9000000, 1, None),
    ("c", "CCB", "担保", 2000000.37, 1, None),
    ("p", "CCB", "直接", 10000000, 1, 10000000),
    ("q", "CCB", "直接", 10000000, 1, 10000000),
    ("r", "CCB", "直接", 10000000, 1, 10000000),
    ("s", "CCB", "直接", 10000000, 1, 10000000),
    ("t", "CCB", "直接", 10000000, 1, 10000000),
    ("u", "CCB", "直接", 10000000, 1, 10000000),
    ("v", "CCB", "直接", 2845678.43, 1, 2845678.43),
)
"""Loan, bank, mode, amount, share of the pledged IP, principal reported at the end of February
(none: claimed for)."""

SUMMARY = "汇总"


def rules(sheet: Worksheet) -> dict[str, str]:
    """Every sentence that a figure rests on, with its number in column D; name → cell."""
    sheet.append(["项目", "依据文件", "条款原文", "数值"])
    for row in RULES:
        sheet.append(row)
    return {row[0]: f"依据!$D${n}" for n, row in enumerate(RULES, start=2)}


def loans(sheet: Worksheet) -> dict[str, str]:
    """What is covered of each loan, and what January and February take off; name → row."""
    sheet.append(["贷款", "银行", "模式", "合同金额", "知识产权占比", "放款时在保＝金额×占比，四舍五入", "一月补偿解除",
                  "一月末在保", "二月补偿解除", "二月末报告本金", "二月本金变动", "二月末在保"])  # fmt: skip
    for n, (name, bank, mode, amount, share, left) in enumerate(LOANS, start=2):
        claimed = left is None
        sheet.append(
            [name, bank, mode, amount, share, f"=ROUND(D{n}*E{n},2)", f"=F{n}" if name == "d" else 0,
             f"=F{n}-G{n}", f"=H{n}" if claimed else 0, left,
             0 if claimed else f"=H{n}-ROUND(J{n}*E{n},2)", f"=H{n}-I{n}-K{n}"]
        )  # fmt: skip
    last = len(LOANS) + 1
    for bank in ("ICBC", "CCB"):
        sheet.append([SUMMARY, bank, ""] + [
            f'=SUMIF($B$2:$B${last},"{bank}",{column}$2:{column}${last})' if column not in "EJ" else None
            for column in "DEFGHIJKL"
        ])  # fmt: skip
    rows = {name: str(n) for n, (name, *_) in enumerate(LOANS, start=2)}
    return rows | {"ICBC": str(last + 1), "CCB": str(last + 2)}


CLAIMS: tuple[tuple[str, str, float, str], ...] = (
    ("d", "ICBC", 1000000.03, "保险"),
    ("a", "ICBC", 4840520.11, "保险"),
    ("b", "CCB", 9000000.0, "直接"),
    ("c", "CCB", 2000000.37, "担保"),
)
"""In the order in which they were decided: loan, bank, principal claimed, mode."""

STEPS = (
    "贷款", "银行", "申请的未偿本金", "知识产权占比", "基数＝本金×占比（只补偿本金，四舍五入）",
    "资金池比例", "保险比例", "评估比例", "担保比例",
    "资金池份额（封顶前，四舍五入）", "保险份额", "评估份额", "担保份额", "银行份额（尾差）",
    "单笔上限", "单户年度上限（本年首笔）", "该行当年放款", "单家银行年度上限（整分）", "该行本年已补偿", "该行本年尚可补偿",
    "年度总额尚可补偿", "资金池可用余额",
    "资金池承担＝以上最小者", "上限削减", "银行承担＝银行份额＋削减", "核对：各方之和－基数",
)  # fmt: skip
"""The lines of the sheet of claims, one below the other."""


def claims(sheet: Worksheet, rule: dict[str, str], loan: dict[str, str]) -> dict[str, str]:
    """Each claim in a column of its own, step by step; "a:资金池" → cell."""
    for n, words in enumerate(STEPS, start=1):
        sheet.cell(n, 1, words)
    cells: dict[str, str] = {}
    for at, (name, bank, principal, mode) in enumerate(CLAIMS):
        c = "BCDE"[at]
        before = "".join(f"-{one}23" for one in "BCDE"[:at])
        same_bank = [
            one for one, other in zip("BCDE", CLAIMS[:at], strict=False) if other[1] == bank
        ]
        insured, guaranteed = mode == "保险", mode == "担保"
        lines: list[Any] = [
            name, bank, principal, f"=贷款!E{loan[name]}", f"=ROUND({c}3*{c}4,2)",
            f"={rule[f'{mode}模式·资金池']}",
            f"={rule['保险模式·保险']}" if insured else 0,
            f"={rule['保险模式·评估']}" if insured else 0,
            f"={rule['担保模式·担保']}" if guaranteed else 0,
            f"=ROUND({c}5*{c}6,2)", f"=ROUND({c}5*{c}7,2)", f"=ROUND({c}5*{c}8,2)",
            f"=ROUND({c}5*{c}9,2)", f"=ROUND({c}5-{c}10-{c}11-{c}12-{c}13,2)",
            f"={rule['单笔补偿上限']}", f"={rule['单户年度上限']}", f"=贷款!D{loan[bank]}",
            f"=ROUNDDOWN({c}17*{rule['单家银行年度上限']},2)",
            "=" + ("+".join(f"{one}23" for one in same_bank) or "0"), f"={c}18-{c}19",
            f"={rule['年度补偿总额上限']}{before}",
            # Paid in and earned until its day, less what was decided before it.
            ("=收付!E2" if at == 0 else "=收付!E2+收付!E4+收付!E5+收付!E6-收付!E9") + before,
            f"=MIN({c}10,{c}15,{c}16,{c}20,{c}21,{c}22)", f"=ROUND({c}10-{c}23,2)",
            f"=ROUND({c}14+{c}24,2)",
            f"=ROUND({c}23+{c}25+{c}11+{c}12+{c}13-{c}5,2)",
        ]  # fmt: skip
        for n, value in enumerate(lines, start=1):
            sheet.cell(n, at + 2, value)
        shares = {"基数": 5, "资金池": 23, "银行": 25, "保险": 11, "评估": 12, "担保": 13}
        cells |= {f"{name}:{party}": f"补偿!{c}{n}" for party, n in shares.items()}
    return cells


def recoveries(sheet: Worksheet, claim: dict[str, str]) -> dict[str, str]:
    """Costs first, then back by what each bore, rounded to the fen; the bank keeps the rest."""
    words = (
        "贷款",
        "追回",
        "费用",
        "净额＝追回－费用",
        "资金池",
        "保险",
        "评估",
        "银行留存＝净额－其余",
    )
    for n, word in enumerate(words, start=1):
        sheet.cell(n, 1, word)
    cells: dict[str, str] = {}
    facts = (("a", 123456.78, 2345.67), ("b", 100000.01, 0))
    for c, (name, gross, costs) in zip("BC", facts, strict=True):
        back = [f"=ROUND({c}4*{claim[f'{name}:{party}']}/{claim[f'{name}:基数']},2)"
                for party in ("资金池", "保险", "评估")]  # fmt: skip
        column = [name, gross, costs, f"=ROUND({c}2-{c}3,2)", *back,
                  f"=ROUND({c}4-{c}5-{c}6-{c}7,2)"]  # fmt: skip
        for n, value in enumerate(column, start=1):
            sheet.cell(n, "ABC".index(c) + 1, value)
        cells |= {f"{name}:{party}": f"追偿!{c}{n}" for n, party in
                  enumerate(("资金池", "保险", "评估", "银行"), start=5)}  # fmt: skip
    return cells


def money(sheet: Worksheet, claim: dict[str, str]) -> None:
    """What came into the dedicated account and went out of it, as the bank shows it."""
    sheet.append(["起息日", "入账月份", "款项", "对方", "金额"])
    for row in (
        ("2026-01-01", "2026-01", "出资", "DL-FIN", 30000000),
        ("2026-01-31", "2026-01", "拨付 d 补偿款", "ICBC", f"={claim['d:资金池']}"),
        ("2026-02-02", "2026-02", "出资", "DL-FIN", 5000000),
        ("2026-01-28", "2026-02", "出资（一月已结账后发现，记入二月首日）", "DL-FIN", 250000),
        ("2026-02-06", "2026-02", "专户利息", "", 12345.67),
        ("2026-02-09", "2026-02", "专户利息（误记）", "", 500),
        ("2026-02-09", "2026-02", "冲正上笔", "", "=E7"),
        ("2026-02-10", "2026-02", "管理费用", "", 88.8),
        ("2026-02-10", "2026-02", "收一月应收：保险公司", "PICC-TJ", f"={claim['d:保险']}"),
        ("2026-02-10", "2026-02", "收一月应收：评估机构（部分）", "PG-TJ", 60000),
        ("2026-02-10", "2026-02", "付一月应付：工商银行", "ICBC", f"={claim['d:保险']}+{claim['d:评估']}"),
        ("2026-02-11", "2026-02", "拨付 a 补偿款", "ICBC", f"={claim['a:资金池']}"),
        ("2026-02-11", "2026-02", "拨付 b 补偿款", "CCB", f"={claim['b:资金池']}"),
    ):  # fmt: skip
        sheet.append(row)


def journal(
    sheet: Worksheet, loan: dict[str, str], claim: dict[str, str], back: dict[str, str]
) -> int:
    """Every entry with what it debits and credits; how many lines."""
    sheet.append(["月份", "业务日", "类别", "借", "贷", "金额", "摘要"])
    first, second = "2026-01", "2026-02"
    lines: list[tuple[str, str, str, str, str, str, str]] = [
        (first, "2026-01-01", "出资到账", "cash", "contribution:DL-FIN", "=收付!E2", "出资"),
    ]
    for bank in ("ICBC", "CCB"):
        row = loan[bank]
        lines += [
            (first, "2026-01-11", "额度预留", f"reserved:{bank}", "capacity", f"=贷款!F{row}", "额度预留"),
            (first, "2026-01-21", "放款入库", f"covered:{bank}", f"reserved:{bank}", f"=贷款!F{row}", "放款入库"),
        ]  # fmt: skip
    lines += [
        (first, "2026-01-31", "解除额度", "capacity", "covered:ICBC", f"=贷款!G{loan['d']}", "d 补偿批准：解除"),
        (first, "2026-01-31", "资金池应承担补偿", "claims", "payable:ICBC", f"={claim['d:资金池']}", "d 资金池份额"),
        (first, "2026-01-31", "分担方应付补偿", "receivable:PICC-TJ", "payable:ICBC", f"={claim['d:保险']}", "d 保险份额"),
        (first, "2026-01-31", "分担方应付补偿", "receivable:PG-TJ", "payable:ICBC", f"={claim['d:评估']}", "d 评估份额"),
        (first, "2026-01-31", "补偿款拨付", "payable:ICBC", "cash", "=收付!E3", "d 拨付"),
        (second, "2026-02-01", "出资到账", "cash", "contribution:DL-FIN", "=收付!E5", "出资（一月存入，二月首日入账）"),
        (second, "2026-02-02", "出资到账", "cash", "contribution:DL-FIN", "=收付!E4", "出资"),
        (second, "2026-02-06", "专户利息", "cash", "interest", "=收付!E6", "专户利息"),
        (second, "2026-02-09", "专户利息", "cash", "interest", "=收付!E7", "专户利息（误记）"),
        (second, "2026-02-09", "冲正：专户利息", "interest", "cash", "=收付!E8", "冲正"),
        (second, "2026-02-10", "管理费用", "fees", "cash", "=收付!E9", "管理费用"),
        (second, "2026-02-10", "月结收款", "cash", "receivable:PICC-TJ", "=收付!E10", "收保险公司"),
        (second, "2026-02-10", "月结收款", "cash", "receivable:PG-TJ", "=收付!E11", "收评估机构"),
        (second, "2026-02-10", "月结付款", "payable:ICBC", "cash", "=收付!E12", "付工商银行"),
        (second, "2026-02-11", "解除额度", "capacity", "covered:ICBC", f"=贷款!I{loan['a']}", "a 解除"),
        (second, "2026-02-11", "资金池应承担补偿", "claims", "payable:ICBC", f"={claim['a:资金池']}", "a 资金池份额"),
        (second, "2026-02-11", "分担方应付补偿", "receivable:PICC-TJ", "payable:ICBC", f"={claim['a:保险']}", "a 保险份额"),
        (second, "2026-02-11", "分担方应付补偿", "receivable:PG-TJ", "payable:ICBC", f"={claim['a:评估']}", "a 评估份额"),
        (second, "2026-02-11", "解除额度", "capacity", "covered:CCB", f"=贷款!I{loan['b']}", "b 解除"),
        (second, "2026-02-11", "资金池应承担补偿", "claims", "payable:CCB", f"={claim['b:资金池']}", "b 资金池份额"),
        (second, "2026-02-11", "解除额度", "capacity", "covered:CCB", f"=贷款!I{loan['c']}", "c 解除"),
        (second, "2026-02-11", "分担方应付补偿", "receivable:DB-TJ", "payable:CCB",
         f"={claim['c:担保']}+{claim['c:资金池']}", "c 担保先代偿银行"),
        (second, "2026-02-11", "资金池应承担补偿", "claims", "payable:DB-TJ", f"={claim['c:资金池']}", "c 资金池返还担保"),
        (second, "2026-02-11", "补偿款拨付", "payable:ICBC", "cash", "=收付!E13", "a 拨付"),
        (second, "2026-02-11", "补偿款拨付", "payable:CCB", "cash", "=收付!E14", "b 拨付"),
        (second, "2026-02-26", "追偿款返还", "receivable:ICBC", "recoveries", f"={back['a:资金池']}", "a 追偿：资金池"),
        (second, "2026-02-26", "追偿款返还", "receivable:ICBC", "payable:PICC-TJ", f"={back['a:保险']}", "a 追偿：保险"),
        (second, "2026-02-26", "追偿款返还", "receivable:ICBC", "payable:PG-TJ", f"={back['a:评估']}", "a 追偿：评估"),
        (second, "2026-02-27", "追偿款返还", "receivable:CCB", "recoveries", f"={back['b:资金池']}", "b 追偿：资金池"),
        (second, "2026-02-28", "本金变动", "capacity", "covered:ICBC", f"=贷款!K{loan['x']}", "x 本金变动"),
    ]  # fmt: skip
    for line in lines:
        sheet.append(line)
    return len(lines)


DEBIT = (
    "cash", "claims", "fees", "receivable:ICBC", "receivable:CCB", "receivable:PICC-TJ",
    "receivable:PG-TJ", "receivable:DB-TJ", "covered:ICBC", "covered:CCB", "reserved:ICBC",
    "reserved:CCB",
)  # fmt: skip
CREDIT = (
    "contribution:DL-FIN", "interest", "recoveries", "payable:ICBC", "payable:CCB",
    "payable:PICC-TJ", "payable:PG-TJ", "payable:DB-TJ", "capacity",
)  # fmt: skip


def trial_balance(sheet: Worksheet, lines: int) -> dict[str, int]:
    """Each account from January's close to February's; account → row."""
    sheet.append(["账户", "方向", "一月末", "二月借方", "二月贷方", "二月末"])
    last = lines + 1
    months, debits = f"分录!$A$2:$A${last}", f"分录!$D$2:$D${last}"
    credits, amounts = f"分录!$E$2:$E${last}", f"分录!$F$2:$F${last}"

    def moved(side: str, month: str, row: int) -> str:
        return f'SUMPRODUCT(({side}=$A{row})*({months}="{month}")*{amounts})'

    rows = {}
    for account in (*DEBIT, *CREDIT):
        row = sheet.max_row + 1
        sign = 1 if account in DEBIT else -1
        opening = f"{moved(debits, '2026-01', row)}-{moved(credits, '2026-01', row)}"
        sheet.append(
            [account, "借" if sign > 0 else "贷", f"=ROUND({sign}*({opening}),2)",
             f"=ROUND({moved(debits, '2026-02', row)},2)",
             f"=ROUND({moved(credits, '2026-02', row)},2)",
             f"=ROUND(C{row}+{sign}*(D{row}-E{row}),2)"]
        )  # fmt: skip
        rows[account] = row
    first_credit, end = len(DEBIT) + 2, sheet.max_row
    sheet.append(["借方合计", "", *(f"=SUM({c}2:{c}{first_credit - 1})" for c in "CDEF")])
    sheet.append(["贷方合计", "", *(f"=SUM({c}{first_credit}:{c}{end})" for c in "CDEF")])
    return rows


PARTIES = ("ICBC", "CCB", "PICC-TJ", "PG-TJ", "DB-TJ", "DL-FIN")


def statements(sheet: Worksheet, account: dict[str, int], claim: dict[str, str]) -> None:
    """What February leaves each party: own payments and what January asked for stand apart."""
    sheet.append(["一方", "应付该方", "应收该方", "另行拨付（未拨的资金池份额）", "一月遗留（正数应付该方）", "轧差", "净额（正数应付该方）"])  # fmt: skip
    for party in PARTIES:
        row = sheet.max_row + 1
        payable = f"试算表!F{account[f'payable:{party}']}" if party != "DL-FIN" else "0"
        receivable = f"试算表!F{account[f'receivable:{party}']}" if party != "DL-FIN" else "0"
        apart = claim["c:资金池"] if party == "DB-TJ" else "0"
        earlier = f"-({claim['d:评估']}-收付!E11)" if party == "PG-TJ" else "0"
        sheet.append(
            [party, f"=ROUND({payable}-D{row},2)", f"=ROUND({receivable}+E{row},2)", f"={apart}",
             f"=ROUND({earlier},2)", f"=MIN(B{row},C{row})", f"=ROUND(B{row}-C{row},2)"]
        )  # fmt: skip
    # The pool's own line stands on the other side of all of them.
    n = len(PARTIES) + 1
    sheet.append(["dongli", f"=SUM(C2:C{n})", f"=SUM(B2:B{n})", f"=SUM(D2:D{n})", f"=-SUM(E2:E{n})",
                  f"=SUM(F2:F{n})", f"=ROUND(B{n + 1}-C{n + 1},2)"])  # fmt: skip


def made() -> Workbook:
    """The workbook, cell by cell."""
    book = Workbook()
    first = book.worksheets[0]
    first.title = "依据"
    rule = rules(first)
    loan = loans(book.create_sheet("贷款"))
    claim = claims(book.create_sheet("补偿"), rule, loan)
    back = recoveries(book.create_sheet("追偿"), claim)
    money(book.create_sheet("收付"), claim)
    lines = journal(book.create_sheet("分录"), loan, claim, back)
    account = trial_balance(book.create_sheet("试算表"), lines)
    statements(book.create_sheet("对账单"), account, claim)
    for sheet in book.worksheets:
        for cell in (*sheet[1], *(row[0] for row in sheet.iter_rows())):
            cell.font = Font(bold=True)
        for column in sheet.iter_cols():
            sheet.column_dimensions[column[0].column_letter].width = 26
            for cell in column[1:]:
                if not isinstance(cell.value, str) or cell.value.startswith("="):
                    cell.number_format = "0.0#" if sheet.title in ("依据",) else "#,##0.00"
    return book


if __name__ == "__main__":
    made().save(FILE)
