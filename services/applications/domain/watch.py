"""What endangers a pledged right: fees, its end, invalidation, preservation, another owner.

Annual fees of patents are due before the anniversary of the filing, with six months' grace
(专利法实施细则 arts. 97, 98); a trademark is renewed in the twelve months before its end or the six
months after (商标法 art. 40). The clock is handed in; the same facts give the same dangers.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from services.applications.domain.right_facts import ENDED, owners_in
from shared.months import add_months
from shared.rights import PATENTS

GRACE_MONTHS: Final = 6
LARGEST_WINDOW: Final = 366
"""Days that anybody may look ahead."""


BAD_STATUSES: Final = ENDED | {"fee_overdue"}
"""Of a right that stands so, whoever lends against it is told."""
QUESTIONS: Final = frozenset({"fee-to-confirm", "rank-to-confirm"})
"""What nobody has said, or is to one's own advantage, is a question to look into: it is listed, and
nobody is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Danger:
    """One danger: a stable code, the day it is about, and until when it can still be mended."""

    code: str
    due_on: date
    until: date | None
    zh: str
    en: str


def dangers(
    right: Mapping[str, Any],
    known: Mapping[str, Any],
    burdens: Sequence[Mapping[str, Any]],
    *,
    today: date,
    within_days: int,
) -> tuple[Danger, ...]:
    """Everything that endangers a pledged right by that many days from today.

    `right`: as its case offers it (kind, owner_uscc, expires_on; registered_on where its pledge is
    entered, in_register where its entry is not in the order of its rank, not_shown_on where the register's last extract shows no pledge); `known`: what the register holds,
    with `status_as_of`, `owner_as_of` and, where the register or the bureau has said
    it, `owner_name_as_of`; `burdens`: those that have not ended.
    """
    last = today + timedelta(days=within_days)
    found = [
        *_of_status(known, today),
        *_of_fees(right["kind"], known, today=today, last=last),
        *_of_term(right, known, today=today, last=last),
        *_of_owner(right, known, today),
        *_of_burdens(burdens),
        *_of_other_pledges(right, burdens),
        *_of_own_pledge(right),
        *_of_rank(right),
    ]
    return tuple(sorted(found, key=lambda one: (one.due_on, one.code)))


def _of_status(known: Mapping[str, Any], today: date) -> Iterator[Danger]:
    status = known.get("legal_status")
    as_of = known.get("status_as_of") or today
    if status in ENDED:
        yield Danger(
            code="right-ended", due_on=as_of, until=None,
            zh="权利已终止、届满或无效", en="The right has ended.",
        )  # fmt: skip
    if status == "fee_overdue" and known.get("fees_paid_to") is None:
        yield Danger(
            code="fee-overdue", due_on=as_of, until=None,
            zh="年费逾期，处于宽限期", en="An annual fee is overdue, in its grace.",
        )  # fmt: skip


def _of_fees(
    kind: str, known: Mapping[str, Any], *, today: date, last: date
) -> Iterator[Danger]:  # fmt: skip
    """Where nobody has said up to when fees are paid, the next anniversary is asked about."""
    if kind not in PATENTS or known.get("legal_status") in ENDED:
        return
    paid_to, filed_on = known.get("fees_paid_to"), known.get("filed_on")
    if paid_to is None:
        due = None if filed_on is None else next_anniversary(filed_on, today)
        if due is not None and due <= last and due < known.get("expires_on", date.max):
            yield Danger(
                code="fee-to-confirm", due_on=due, until=add_months(due, GRACE_MONTHS),
                zh=f"年费应于 {due} 前缴纳，尚无缴费记载",
                en=f"An annual fee is due by {due}, and nobody has said that it is paid.",
            )  # fmt: skip
        return
    until = add_months(paid_to, GRACE_MONTHS)
    if paid_to > last or paid_to >= known.get("expires_on", date.max):
        return
    if until < today:
        yield Danger(
            code="fee-grace-over", due_on=paid_to, until=until,
            zh=f"年费只缴至 {paid_to}，宽限期已于 {until} 届满",
            en=f"Fees are paid to {paid_to} only; the grace ended on {until}.",
        )  # fmt: skip
    elif paid_to < today:
        yield Danger(
            code="fee-overdue", due_on=paid_to, until=until,
            zh=f"年费只缴至 {paid_to}，宽限期至 {until}",
            en=f"Fees are paid to {paid_to} only; the grace ends on {until}.",
        )  # fmt: skip
    else:
        yield Danger(
            code="fee-due", due_on=paid_to, until=until,
            zh=f"年费应于 {paid_to} 前缴纳", en=f"An annual fee is due by {paid_to}.",
        )  # fmt: skip


def _of_term(
    right: Mapping[str, Any], known: Mapping[str, Any], *, today: date, last: date
) -> Iterator[Danger]:
    ends = known.get("expires_on") or right["expires_on"]
    if ends > last or known.get("legal_status") in ENDED:
        return
    if right["kind"] == "trademark_right":
        until = add_months(ends, GRACE_MONTHS)
        code = "renewal-due" if ends >= today else "renewal-overdue"
        yield Danger(
            code=code if until >= today else "right-expired", due_on=ends, until=until,
            zh=f"商标于 {ends} 届满，续展至迟 {until}",
            en=f"The trademark ends on {ends}; it can be renewed until {until}.",
        )  # fmt: skip
        return
    yield Danger(
        code="right-expires" if ends >= today else "right-expired", due_on=ends, until=None,
        zh=f"权利于 {ends} 届满", en=f"The right ends on {ends}.",
    )  # fmt: skip


def _of_owner(
    right: Mapping[str, Any], known: Mapping[str, Any], today: date
) -> Iterator[Danger]:  # fmt: skip
    owner = known.get("owner_uscc")
    since = known.get("owner_as_of")
    is_another = bool(owner and right["owner_uscc"] and owner != right["owner_uscc"])
    if not is_another and known.get("owner_name_as_of"):
        # Registers print names, and seldom codes.
        since = known["owner_name_as_of"]
        is_another = not owners_in(right.get("owner_name")) <= owners_in(known.get("owner_name"))
    if is_another:
        yield Danger(
            code="owner-changed", due_on=since or today, until=None,
            zh="登记的权利人与出质人不一致", en="The registered owner is not the pledgor.",
        )  # fmt: skip


_BURDENS: Final[Mapping[str, tuple[str, str, str]]] = {
    "preservation": ("preserved", "被法院财产保全", "A court has preserved it"),
    "ownership_dispute": ("ownership-disputed", "因权属纠纷中止", "Suspended: ownership disputed"),
    "invalidation": ("invalidation-pending", "被请求宣告无效", "Its invalidation is asked for"),
}


def _of_burdens(burdens: Iterable[Mapping[str, Any]]) -> Iterator[Danger]:
    for one in burdens:
        if one["burden"] in _BURDENS:
            code, zh, en = _BURDENS[one["burden"]]
            yield Danger(
                code=code, due_on=one["began_on"], until=None,
                zh=f"{zh}（{one['party']}）", en=f"{en} ({one['party']}).",
            )  # fmt: skip


def _of_other_pledges(
    right: Mapping[str, Any], burdens: Iterable[Mapping[str, Any]]
) -> Iterator[Danger]:
    """Who is entered first is paid first (Civil Code art. 414): another's pledge of the same day or
    before."""
    registered_on = right.get("registered_on")
    if registered_on is None:
        return
    for one in burdens:
        if one["burden"] == "pledge" and one["began_on"] <= registered_on:
            yield Danger(
                code="pledged-before", due_on=one["began_on"], until=None,
                zh=f"他人质权登记在先（{one['party']}）",
                en=f"Another's pledge was entered before ({one['party']}).",
            )  # fmt: skip


def _of_own_pledge(right: Mapping[str, Any]) -> Iterator[Danger]:
    """A pledge exists by its entry alone (Civil Code art. 444). The danger is of the entry's day, so
    that one more extract that does not show it is no other danger."""
    registered_on, not_shown_on = right.get("registered_on"), right.get("not_shown_on")
    if registered_on is not None and not_shown_on is not None and not_shown_on >= registered_on:
        yield Danger(
            code="pledge-not-shown", due_on=registered_on, until=None,
            zh=f"{not_shown_on} 的登记簿副本上没有 {registered_on} 登记的质权",
            en=f"The register's extract of {not_shown_on} shows no pledge; ours was entered on "
               f"{registered_on}.",
        )  # fmt: skip


def _of_rank(right: Mapping[str, Any]) -> Iterator[Danger]:
    """Ranks are given out as cases come; who is paid first, the register's entries decide (Civil Code
    art. 414, 415). Whose the other pledge is and of which day is nobody's business."""
    registered_on, how = right.get("registered_on"), right.get("in_register")
    if registered_on is None or how is None:
        return
    if how == "late":
        yield Danger(
            code="rank-registered-late", due_on=registered_on, until=None,
            zh="本质权的登记日不早于后顺位质权：清偿依登记先后，请核对登记簿",
            en="This pledge was not entered before one of a later rank: who is entered first is paid "
               "first; look at the register.",
        )  # fmt: skip
    else:
        yield Danger(
            code="rank-to-confirm", due_on=registered_on, until=None,
            zh="本质权的登记日不晚于前顺位质权：顺位以登记簿为准，请核对",
            en="This pledge was not entered after one of an earlier rank: the register's order counts; "
               "look at it.",
        )  # fmt: skip


def next_anniversary(filed_on: date, today: date) -> date:
    """The next day and month of the filing, today included; of 29 February the month's last."""
    years = max(1, today.year - filed_on.year)
    due = add_months(filed_on, 12 * years)
    return due if due >= today else add_months(filed_on, 12 * (years + 1))
