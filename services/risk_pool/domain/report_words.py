"""What reports count, and by what they divide it: each once, in words."""

from typing import Final, NamedTuple

from shared.divisions import division_name
from shared.life_cycle import Words
from shared.schemes.vocabulary import INDUSTRIES, IP_KINDS, RISK_CLASSES


class Measure(NamedTuple):
    """Something that is counted in loans and in money."""

    words: Words
    of: Words
    """What exactly counts, and on which day."""


MEASURES: Final[dict[str, Measure]] = {
    "lent": Measure(
        Words("放款额", "lent"),
        Words("期内放款的贷款金额（整笔）", "amounts of loans paid out in the period, whole"),
    ),
    "entered": Measure(
        Words("新增在保本金", "newly covered"),
        Words("期内放款时计入的在保本金", "covered principal at disbursement, in the period"),
    ),
    "covered": Measure(
        Words("期末在保本金", "covered at the end"),
        Words(
            "账簿上期末的在保本金；贷款与其续贷同时在保的，按一笔债务计（取较大者），因此可能低于账户余额，差额即资金池页“续贷只计一次”",
            "covered principal at the end, by the ledger, a loan and its renewal as one debt, as large as "
            "the larger: less than the accounts by what the pool's page shows as counted once",
        ),
    ),
    "overdue": Measure(
        Words("其中逾期", "of it overdue"),
        Words(
            "最近月报逾期的在保本金；贷款与其续贷只计一次，先保留较差的一笔",
            "covered principal overdue by the last report; of a loan and its renewal what both hold "
            "stays with the one that stands worse",
        ),
    ),
    "bad": Measure(
        Words("其中不良", "of it non-performing"),
        Words(
            "最近月报为次级及以下的在保本金；贷款与其续贷只计一次，先保留较差的一笔",
            "covered principal graded substandard or worse; of a loan and its renewal what both hold "
            "stays with the one that stands worse",
        ),
    ),
    "claimed": Measure(
        Words("申请补偿", "claimed"),
        Words("期内提交的补偿申请的未还本金", "principal of claims filed in the period"),
    ),
    "compensated": Measure(
        Words("批准补偿", "compensation approved"),
        Words("账簿“补偿”科目期内净额", "the ledger's claims account in the period, net"),
    ),
    "paid": Measure(
        Words("拨付补偿", "compensation paid"),
        Words("期内从专户拨付", "paid out of the dedicated account in the period"),
    ),
    "recovered": Measure(
        Words("追偿收回", "recovered"),
        Words("账簿“追偿”科目期内净额", "the ledger's recoveries account in the period, net"),
    ),
}  # fmt: skip

MOVES_IN_PERIOD: Final = ("lent", "entered", "claimed", "compensated", "paid", "recovered")
"""Those that add up over periods; the others stand at an end."""

DIMENSIONS: Final[dict[str, Words]] = {
    "pool": Words("资金池", "pool"),
    "bank": Words("银行", "bank"),
    "mode": Words("产品（分担模式）", "product (sharing mode)"),
    "area": Words("地区（登记机关所在地）", "area (of the registering authority)"),
    "province": Words("省（登记机关所在地）", "province (of the registering authority)"),
    "city": Words("地市（登记机关所在地）", "prefecture (of the registering authority)"),
    "ip_kind": Words("知识产权种类", "kind of IP"),
    "industry": Words("行业", "industry"),
    "park": Words("园区", "park"),
    "size": Words("贷款规模", "size of the loan"),
    "inclusive_ip_kind": Words("知识产权种类（普惠贷款）", "kind of IP of inclusive loans"),
    "first_loan": Words("首贷", "first loan"),
    "patent_trademark": Words("专利商标混合质押", "patents with trademarks"),
    "class": Words("五级分类", "risk class"),
    "borrower": Words("企业", "firm"),
    "quarter": Words("批准季度", "quarter of approval"),
}

OF_DIVISION: Final[dict[str, Words]] = {
    "industry": Words(
        "行业：银行在入库申请中填报的国民经济行业门类（GB/T 4754—2017）；未填报的列为“未登记”",
        "Industry: the section of GB/T 4754-2017 that the bank stated with the application; where it "
        "stated none, not told.",
    ),
    "park": Words(
        "园区：银行在入库申请中填报的园区；在园区登记中的，按登记的名称归类；未填报的列为“未登记”",
        "Park: what the bank stated with the application, by the name in the register of parks where it "
        "is one of those; where it stated none, not told.",
    ),
    "ip_kind": Words(
        "知识产权种类：批准时质押的全部权利属同一种类的，按该种类；不同种类的，列为“多种类混合质押”",
        "Kind of IP: that of all rights pledged at the approval; where they are of several kinds, the "
        "loan stands as mixed.",
    ),
    "area": Words(
        "地区：取统一社会信用代码第 3 至 8 位（登记机关行政区划，GB 32100—2015）",
        "Area: characters 3 to 8 of the unified social credit code, the division of the "
        "registering authority (GB 32100-2015).",
    ),
}
"""What a reader must know of a division before trusting it."""

_UNTOLD = Words("未登记", "not told")
_VALUES: Final[dict[str, dict[str, Words]]] = {
    "ip_kind": {kind: Words(*words) for kind, words in IP_KINDS.items()}
    | {
        "patents": Words("专利（多种）", "patents of several kinds"),
        "several": Words("多种类混合质押", "several kinds"),
    },
    "industry": {
        letter: Words(f"{letter} {words.zh}", f"{letter} {words.en}")
        for letter, words in INDUSTRIES.items()
    },
    "size": {
        "inclusive": Words("普惠（1,000 万元以下）", "inclusive (at most 10 million)"),
        "above": Words("1,000 万元以上", "above 10 million"),
    },
    "first_loan": {
        "yes": Words("首贷", "first loan"),
        "no": Words("非首贷", "not the first"),
    },
    "patent_trademark": {
        "yes": Words("专利商标混合质押", "patents with trademarks"),
        "no": Words("其他质押", "other pledges"),
    },
    "class": {name: Words(*words) for name, words in RISK_CLASSES.items()}
    | {"": Words("未报送", "not reported")},
}


_PROVINCES: Final = {
    "11": ("北京市", "Beijing"), "12": ("天津市", "Tianjin"), "13": ("河北省", "Hebei"),
    "14": ("山西省", "Shanxi"), "15": ("内蒙古自治区", "Inner Mongolia"),
    "21": ("辽宁省", "Liaoning"), "22": ("吉林省", "Jilin"), "23": ("黑龙江省", "Heilongjiang"),
    "31": ("上海市", "Shanghai"), "32": ("江苏省", "Jiangsu"), "33": ("浙江省", "Zhejiang"),
    "34": ("安徽省", "Anhui"), "35": ("福建省", "Fujian"), "36": ("江西省", "Jiangxi"),
    "37": ("山东省", "Shandong"), "41": ("河南省", "Henan"), "42": ("湖北省", "Hubei"),
    "43": ("湖南省", "Hunan"), "44": ("广东省", "Guangdong"), "45": ("广西壮族自治区", "Guangxi"),
    "46": ("海南省", "Hainan"), "50": ("重庆市", "Chongqing"), "51": ("四川省", "Sichuan"),
    "52": ("贵州省", "Guizhou"), "53": ("云南省", "Yunnan"), "54": ("西藏自治区", "Tibet"),
    "61": ("陕西省", "Shaanxi"), "62": ("甘肃省", "Gansu"), "63": ("青海省", "Qinghai"),
    "64": ("宁夏回族自治区", "Ningxia"), "65": ("新疆维吾尔自治区", "Xinjiang"),
    "71": ("台湾省", "Taiwan"), "81": ("香港特别行政区", "Hong Kong"),
    "82": ("澳门特别行政区", "Macao"), "10": ("国家市场监督管理总局", "the country's registrar"),
}  # fmt: skip
"""Of GB/T 2260, by their first two digits; 10 is the country's own registrar."""
_VALUES["province"] = {
    code: Words(f"{code} {zh}", f"{code} {en}") for code, (zh, en) in _PROVINCES.items()
}
_VALUES["inclusive_ip_kind"] = {**_VALUES["ip_kind"], "above": _VALUES["size"]["above"]}


def value_words(by: str, value: str) -> Words:
    """A value of a division for people."""
    known = _VALUES.get(by, {})
    if value in known:
        return known[value]
    if by in ("area", "city") and value:
        return Words(division_name(value), division_name(value))
    return Words(value, value) if value else _UNTOLD
