"""A registered pledge as the national platform records it, and what is missing of it.

Fields: the enterprise-credit publicity record of a pledge of intellectual property (programmes.md D.1,
source S112): kind (1 trademark, 2 copyright, 3 patent), registration number, name, pledgor, pledgee,
term; its change, cancellation and other invalidity. The fields of the national pledge information
platform itself are not published; those marked assumed are added so that a pledge can be told from
another and counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.applications.domain.pledge import State
from services.applications.domain.pledge_file import Register, register_of
from shared.money import format_fen

_KIND: Final[Mapping[Register, str]] = {"trademark": "1", "copyright": "2", "patent": "3"}


@dataclass(frozen=True, slots=True)
class RecordField:
    """A field of the record: its name, words, and whether a record without it is not whole."""

    name: str
    zh: str
    en: str
    is_needed: bool = False
    is_assumed: bool = False
    """Not of the source, but ours."""


FIELDS: Final = (
    RecordField("kind_code", "知识产权种类（1商标2著作权3专利）", "kind: 1 trademark, 2 copyright, 3 patent", True),
    RecordField("registration_no", "登记证号", "registration number", True),
    RecordField("name", "名称", "name of the right", True),
    RecordField("pledgor", "出质人名称", "pledgor", True),
    RecordField("pledgee", "质权人名称", "pledgee", True),
    RecordField("term_from", "质权登记期限自", "term from", True),
    RecordField("term_until", "质权登记期限至", "term until", True),
    RecordField("change_item", "变更事项", "changed item"),
    RecordField("change_before", "变更前", "before the change"),
    RecordField("change_after", "变更后", "after the change"),
    RecordField("change_on", "变更日期", "changed on"),
    RecordField("cancelled_on", "注销日期", "cancelled on"),
    RecordField("cancel_reason", "注销原因", "reason of the cancellation"),
    RecordField("invalid_on", "其他无效日期", "invalid on"),
    RecordField("invalid_reason", "其他无效原因", "reason of the invalidity"),
    RecordField("right_number", "权利号码", "number of the right", True, True),
    RecordField("nice_class", "商标类别", "Nice class", False, True),
    RecordField("pledgor_uscc", "出质人统一社会信用代码", "pledgor's credit code", True, True),
    RecordField("pledgee_uscc", "质权人统一社会信用代码", "pledgee's credit code", True, True),
    RecordField("secured_amount", "被担保债权数额（元）", "secured amount, yuan", True, True),
    RecordField("registry", "登记机关", "register", True, True),
    RecordField("changes", "变更次数", "number of changes", False, True),
)  # fmt: skip
_OF: Final = {one.name: one for one in FIELDS}


@dataclass(frozen=True, slots=True, kw_only=True)
class PledgeRecord:
    """The record of one pledge: by field its value as text, "" where there is none."""

    values: Mapping[str, str]
    missing: Sequence[RecordField]
    """Fields without which the record is not whole."""


def record_of(pledge: Mapping[str, Any], history: Sequence[Mapping[str, Any]]) -> PledgeRecord:
    """A pledge and the moves of its register, the first one first. The last change stands in the
    record; how many there were beside it. An extension is a change of the term."""
    entered = {State(one["target"]): one for one in history}
    changes = [one for one in history if one["target"] in (State.CHANGED, State.EXTENDED)]
    last = changes[-1] if changes else None
    values = {
        "kind_code": _KIND.get(register_of(pledge["kind"]), ""),
        "registration_no": pledge["registration_no"],
        "name": pledge["right_name"],
        "pledgor": pledge["owner_name"],
        "pledgee": pledge["bank_name"],
        "term_from": str(pledge["registered_on"]),
        "term_until": str(pledge["term_until"] or pledge["matures_on"] or ""),
        **(_change(last) if last else {}),
        **_end(entered.get(State.CANCELLED), "cancelled_on", "cancel_reason"),
        **_end(entered.get(State.INVALID), "invalid_on", "invalid_reason"),
        "right_number": pledge["right_number"],
        "nice_class": str(pledge["nice_class"] or ""),
        "pledgor_uscc": pledge["owner_uscc"] or "",
        "pledgee_uscc": pledge["bank_uscc"] or "",
        "secured_amount": format_fen(pledge["amount_fen"]),
        "registry": pledge["register_name"],
        "changes": str(len(changes)),
    }
    needed = [one for one in FIELDS if one.is_needed and not values[one.name]]
    if pledge["kind"] == "trademark_right" and not values["nice_class"]:
        needed.append(_OF["nice_class"])
    return PledgeRecord(
        values={one.name: values.get(one.name, "") for one in FIELDS}, missing=needed
    )


def _change(move: Mapping[str, Any]) -> dict[str, str]:
    detail = move["detail"]
    if move["target"] == State.EXTENDED:
        said = {"item": "质权登记期限", "before": "", "after": detail.get("term_until", "")}
    else:
        said = detail
    return {
        "change_item": said.get("item", ""),
        "change_before": said.get("before", ""),
        "change_after": said.get("after", ""),
        "change_on": detail.get("on", ""),
    }


def _end(move: Mapping[str, Any] | None, on: str, reason: str) -> dict[str, str]:
    return {} if move is None else {on: move["detail"].get("on", ""), reason: move["reason"]}
