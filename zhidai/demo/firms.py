"""Made-up firms and rights with numbers that are right: every check digit is computed.

Some rights carry numbers that are real and public; whoever looks them up finds a patent, not one
of these firms.
"""

import random
from dataclasses import dataclass
from datetime import date

from stdnum.cn import uscc as stdnum_uscc

from shared.identifiers import organisation_check, patent_check


@dataclass(frozen=True, slots=True)
class Right:
    """A right that can be pledged, as an application states it."""

    kind: str
    number: str
    name: str
    filed_on: date
    expires_on: date
    nice_class: int | None = None


@dataclass(frozen=True, slots=True)
class Firm:
    """A small firm that borrows."""

    uscc: str
    name: str
    region_code: str
    registered_on: date


PUBLIC_PATENTS = (
    Right("invention", "202010566088.9", "图像处理方法", date(2020, 6, 19), date(2040, 6, 18)),
    Right(
        "invention", "201510958772.0", "广告投放方法及系统", date(2015, 12, 18), date(2035, 12, 17)
    ),
    Right(
        "invention",
        "201811564288.X",
        "无线供能大规模接入方法",
        date(2018, 12, 20),
        date(2038, 12, 19),
    ),
    Right(
        "invention",
        "201910603565.1",
        "融合计算的大规模接入方法",
        date(2019, 7, 5),
        date(2039, 7, 4),
    ),
    Right("invention", "202411064734.6", "发明专利申请", date(2024, 8, 5), date(2044, 8, 4)),
    Right(
        "utility_model", "202322865413.3", "多接口真空泵", date(2023, 10, 25), date(2033, 10, 24)
    ),
)
"""Still in their term in the demo's year."""

ENDED_PATENTS = (
    Right("invention", "200510096239.4", "止血敷料", date(2005, 8, 26), date(2025, 8, 25)),
    Right("invention", "200510030457.8", "稀土铸造镁合金", date(2005, 10, 13), date(2025, 10, 12)),
    Right("invention", "200510025251.6", "耐热镁合金", date(2005, 4, 21), date(2025, 4, 20)),
    Right("utility_model", "201220572874.0", "烹饪机", date(2012, 11, 2), date(2022, 11, 1)),
    Right("invention", "99113861.9", "铸造镁合金", date(1999, 7, 23), date(2019, 7, 22)),
    Right("invention", "97101765.4", "教材示例", date(1997, 3, 14), date(2017, 3, 13)),
)
"""Right as numbers, past or near the end of their term: the refusals of the demo."""

_TERM_YEARS = {"invention": 20, "utility_model": 10, "design": 15}
_KIND_DIGIT = {"invention": "1", "utility_model": "2", "design": "3"}
_TRADES = ("智能装备", "新材料", "生物医药", "精密仪器", "信息技术", "节能环保", "航空部件", "光电科技",
           "工业软件", "机器人", "传感技术", "农业科技")  # fmt: skip
_INDUSTRIES = {"信息技术": "I", "工业软件": "I", "节能环保": "N", "农业科技": "M"}
"""Section of GB/T 4754-2017 of a trade; the others make things."""
_FIRST = "津澜海卓恒远博创凌云瑞晟启明鼎新华拓安泰嘉禾东岳长宁宏图星河"
_SUBJECTS = ("轴承检测", "视觉定位", "热管理", "合金制备", "药物缓释", "伺服控制", "数据加密", "污泥处理",
             "结构粘接", "光谱分析", "路径规划", "土壤监测")  # fmt: skip


def labels_of(firm: Firm) -> dict[str, str]:
    """What the bank says of a firm for reports: its industry, and of two in three the park."""
    trade = next((one for one in _INDUSTRIES if one in firm.name), "")
    labels = {"industry": _INDUSTRIES.get(trade, "C")}
    number = int(firm.registered_on.day) % 3
    if number:
        labels["park"] = ("经济技术开发区", "高新技术产业园")[number - 1]
    return labels


def make_firm(chance: random.Random, *, place: str, region_code: str) -> Firm:
    """A firm of a place, with a valid unified social credit code."""
    body = "".join(chance.choice("0123456789ABCDEFGHJKLMNPQRTUWXY") for _ in range(8))
    head = f"91{region_code}{body}{organisation_check(body)}"
    name = "".join(chance.sample(_FIRST, 2))
    return Firm(
        uscc=head + stdnum_uscc.calc_check_digit(head),
        name=f"{place}{name}{chance.choice(_TRADES)}有限公司",
        region_code=region_code,
        registered_on=date(chance.randint(2008, 2022), chance.randint(1, 12), 15),
    )


def make_right(chance: random.Random, *, kind: str) -> Right:
    """A right of a kind with a valid number, and many years of its term left."""
    if kind == "trademark_right":
        registered = date(chance.randint(2019, 2023), chance.randint(1, 12), 14)
        return Right(
            kind=kind,
            number=str(chance.randint(30_000_000, 69_999_999)),
            name=f"{''.join(chance.sample(_FIRST, 2))}及图",
            filed_on=registered,
            expires_on=registered.replace(year=registered.year + 10, day=13),
            nice_class=chance.choice((5, 7, 9, 11, 42)),
        )
    if kind == "software_copyright":
        made = date(chance.randint(2019, 2023), chance.randint(1, 12), 20)
        return Right(
            kind=kind,
            number=f"{made.year}SR{chance.randint(1_000_000, 1_999_999)}",
            name=f"{chance.choice(_SUBJECTS)}系统软件",
            filed_on=made,
            expires_on=made.replace(year=made.year + 50),
        )
    filed = date(chance.randint(2018, 2023), chance.randint(1, 12), chance.randint(1, 28))
    body = f"{filed.year}{_KIND_DIGIT[kind]}{chance.randint(1, 9_999_999):07d}"
    return Right(
        kind=kind,
        number=f"{body}.{patent_check(body)}",
        name=f"一种{chance.choice(_SUBJECTS)}{'方法' if kind == 'invention' else '装置'}",
        filed_on=filed,
        expires_on=filed.replace(year=filed.year + _TERM_YEARS[kind]),
    )
