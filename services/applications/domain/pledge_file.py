"""The file for a register of pledges, prepared from the case: what its form asks for, what is
missing, and what the register would refuse.

Sources: 专利权质押登记办法 (CNIPA Announcement 461, 2021), 注册商标专用权质押登记程序规定
(Announcement 358, 2020), 著作权质权登记办法 (2010); programmes.md D and D.1.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from services.applications.domain.right_facts import ENDED
from shared.money import format_fen
from shared.rights import PATENTS

Register = Literal["patent", "trademark", "copyright", "other"]


@dataclass(frozen=True, slots=True)
class RegisterRule:
    """A register: its name, how long it takes, and the papers it asks for."""

    zh: str
    en: str
    takes_zh: str
    takes_en: str
    papers: tuple[tuple[str, str, str], ...]
    """Kind of paper in our store ("" for one that is signed for this), and its name."""
    source: str


_IDENTITY: Final = (
    "business_licence",
    "双方身份证明（或签署的承诺书）",
    "identity papers, or the commitment",
)
_CONTRACTS: Final = (("", "主合同", "main contract"), ("", "质押合同", "pledge contract"))
_POWER: Final = ("", "授权委托书（委托办理的）", "power of attorney, if by an agent")
_APPRAISAL: Final = ("valuation_report", "评估报告（经评估的）", "appraisal report, if appraised")

REGISTERS: Final[Mapping[Register, RegisterRule]] = {
    "patent": RegisterRule(
        "国家知识产权局（专利权质押登记）", "CNIPA, pledges of patents",
        "受理后 5 个工作日；网上办理 2 个工作日", "5 working days; 2 online",
        (("", "双方签章的专利权质押登记申请表", "the joint signed form"), *_CONTRACTS, _IDENTITY,
         _POWER, _APPRAISAL),
        "国家知识产权局公告第461号（2021）",
    ),
    "trademark": RegisterRule(
        "国家知识产权局商标局（商标专用权质押登记）", "CNIPA, pledges of trademarks",
        "登记后 2 个工作日发证；不收费", "certificate within 2 working days of registration; no fee",
        (("", "商标专用权质权登记申请书和承诺书", "the form and the commitment"), *_CONTRACTS,
         _IDENTITY, _POWER),
        "国家知识产权局公告第358号（2020）",
    ),
    "copyright": RegisterRule(
        "中国版权保护中心（著作权质权登记）", "Copyright Protection Centre of China",
        "受理之日起 10 日", "10 days from acceptance",
        (("", "著作权质权登记申请表", "the form"), *_CONTRACTS, _IDENTITY, _POWER,
         ("", "共有人同意书、在先许可合同（如有）", "consent of co-owners, earlier licences, if any"),
         _APPRAISAL),
        "国家版权局令第8号（2010）",
    ),
    "other": RegisterRule(
        "该权利的登记机构", "the register of that kind of right", "以登记机构规定为准",
        "as the register says",
        (("", "质押登记申请表", "the form"), *_CONTRACTS, _IDENTITY, _POWER),
        "登记机构办事指南",
    ),
}  # fmt: skip


def register_of(kind: str) -> Register:
    """Where a pledge of a right of this kind is entered."""
    if kind in PATENTS:
        return "patent"
    if kind == "trademark_right":
        return "trademark"
    return "copyright" if kind in ("copyright", "software_copyright") else "other"


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of the form; without a value it is to be filled in."""

    name: str
    zh: str
    en: str
    value: str

    @property
    def is_missing(self) -> bool:
        """Whether the house does not know it."""
        return not self.value


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A ground on which the register would refuse."""

    code: str
    zh: str
    en: str
    right: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PledgeFile:
    """The file for one register."""

    register: Register
    fields: tuple[FormField, ...]
    rights: tuple[Mapping[str, Any], ...]
    papers: tuple[tuple[str, str, bool | None], ...]
    """Chinese and English name, and whether it is in the case; None for one that is made now."""
    obstacles: tuple[Obstacle, ...]


def pledge_files(
    case: Mapping[str, Any],
    rights: Sequence[Mapping[str, Any]],
    *,
    bank: Mapping[str, Any],
    papers: frozenset[str],
    matures_on: date,
) -> tuple[PledgeFile, ...]:
    """A file for each register that the case's rights belong to.

    `rights`: what the case offers, each with `known` (the register's facts) and `burdens` (living
    ones). `matures_on`: of the loan, or where it would end by its tenor.
    """
    registers = dict.fromkeys(register_of(one["kind"]) for one in rights)
    return tuple(
        PledgeFile(
            register=register,
            fields=_fields(case, own, bank, matures_on),
            rights=tuple(own),
            papers=tuple(
                (zh, en, kind in papers if kind else None)
                for kind, zh, en in REGISTERS[register].papers
            ),
            obstacles=tuple(
                found for one in own for found in _obstacles(one, matures_on=matures_on)
            ),
        )
        for register in registers
        if (own := [one for one in rights if register_of(one["kind"]) == register])
    )


def _fields(
    case: Mapping[str, Any], rights: Sequence[Mapping[str, Any]], bank: Mapping[str, Any],
    matures_on: date,
) -> tuple[FormField, ...]:  # fmt: skip
    owners = "、".join(dict.fromkeys(one["owner_name"] for one in rights))
    codes = "、".join(dict.fromkeys(one["owner_uscc"] for one in rights if one["owner_uscc"]))
    values = [one["value_fen"] for one in rights if one["value_fen"] is not None]
    value = format_fen(sum(values)) if values else ""
    given = (
        ("pledgor", "出质人", "pledgor", owners),
        ("pledgor_code", "出质人统一社会信用代码", "pledgor's credit code", codes),
        ("pledgor_address", "出质人地址、邮编", "pledgor's address", ""),
        ("pledgor_representative", "出质人法定代表人、电话", "pledgor's representative", ""),
        ("pledgee", "质权人", "pledgee", bank["name"]),
        ("pledgee_code", "质权人统一社会信用代码", "pledgee's credit code", bank["uscc"]),
        ("pledgee_address", "质权人地址、邮编", "pledgee's address", ""),
        ("pledgee_representative", "质权人负责人、电话", "pledgee's representative", ""),
        ("debtor", "债务人", "debtor", case["borrower_name"]),
        ("debt_kind", "被担保债权种类", "kind of the debt", "借款"),
        ("debt_amount", "被担保债权数额（元）", "amount, yuan", format_fen(case["amount_fen"])),
        ("debt_until", "债务履行期限至", "the debt ends on", str(matures_on)),
        ("loan_contract", "主合同编号", "number of the main contract", case["loan_no"] or ""),
        ("pledge_contract", "质押合同编号", "number of the pledge contract", ""),
        ("scope", "担保范围", "scope of the security", ""),
        ("value", "评估价值合计（元）", "appraised value, yuan", value),
        ("agent", "代理人（如有）", "agent, if any", ""),
    )
    return tuple(FormField(*one) for one in given)


def _obstacles(right: Mapping[str, Any], *, matures_on: date) -> Iterator[Obstacle]:
    known, number = right["known"], right["number"]
    status = known.get("legal_status")
    if status in ENDED:
        yield Obstacle("right-ended", "权利已终止或无效", "The right has ended.", number)
    if status == "pending":
        yield Obstacle("not-granted", "尚未授权", "It is not granted yet.", number)
    if status == "fee_overdue":
        yield Obstacle("fee-unpaid", "年费未按期缴纳", "An annual fee is unpaid.", number)
    if right["expires_on"] < matures_on:
        yield Obstacle(
            "debt-outlasts-right", f"债务期限 {matures_on} 超过权利有效期 {right['expires_on']}",
            f"The debt ends on {matures_on}, after the right on {right['expires_on']}.", number,
        )  # fmt: skip
    owner = known.get("owner_uscc")
    if owner and right["owner_uscc"] and owner != right["owner_uscc"]:
        yield Obstacle(
            "pledgor-not-owner", "出质人不是登记的权利人",
            "The pledgor is not the registered owner.", number,
        )  # fmt: skip
    words = {
        "pledge": ("pledged-already", "已质押且在期限内", "It is pledged already, in its term."),
        "preservation": ("preserved", "被法院保全", "A court has preserved it."),
        "ownership_dispute": (
            "disputed",
            "因权属纠纷中止",
            "Suspended: its ownership is disputed.",
        ),
        "invalidation": ("invalidation-pending", "无效宣告程序中", "Its invalidation is pending."),
    }
    for burden in right["burdens"]:
        if burden in words:
            yield Obstacle(*words[burden], number)
