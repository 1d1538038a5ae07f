"""A list as a file: all that matches, in its order, as CSV or as a workbook.

It is read at one moment, page by page, into a file on disk; then it is sent. So memory stays flat, and
nobody who reads slowly keeps a transaction open. That it was read is noted as every look is.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import aclosing
from datetime import datetime
from typing import IO, Any, Final, Literal

from starlette.requests import Request
from starlette.responses import StreamingResponse

from shared.auth.identity import Identity
from shared.clock import SHANGHAI
from shared.context import Context
from shared.http.disposition import disposition
from shared.http.grids import Listed
from shared.http.problem import prefers_english
from shared.postgres.grids import page, summed
from shared.refusals import Refused
from shared.sheets.table_files import Table, as_csv, as_workbook

_ASKED: Final[Mapping[str, tuple[str, str]]] = {
    "amount_from": ("金额不低于", "amount from"), "amount_to": ("金额不高于", "amount to"),
    "assigned": ("经办", "taken by"), "person": ("经办人", "taken by"), "bank": ("银行", "bank"),
    "area": ("地区", "area"), "cause": ("预警原因", "cause"), "claim_id": ("补偿申请", "claim"),
    "claimed_from": ("申请日自", "filed from"), "claimed_to": ("申请日至", "filed to"),
    "due_from": ("办理期限自", "due from"), "due_to": ("办理期限至", "due to"),
    "kind": ("权利类型", "kind of right"), "lamp": ("时限灯", "lamp"),
    "legal_status": ("法律状态", "legal status"), "level": ("级别", "level"),
    "loan_id": ("贷款", "loan"), "matures_from": ("到期日自", "matures from"),
    "matures_to": ("到期日至", "matures to"), "mode": ("业务模式", "mode"),
    "overdue_from": ("逾期天数不少于", "days overdue from"), "owner": ("权利人", "owner"),
    "pledged": ("已质押", "pledged"), "pool": ("资金池", "pool"), "priority": ("紧急程度", "priority"),
    "purpose": ("贷款用途", "purpose"), "q": ("检索", "search"),
    "raised_from": ("预警日自", "raised from"), "raised_to": ("预警日至", "raised to"),
    "received_from": ("到账日自", "received from"), "received_to": ("到账日至", "received to"),
    "risk_class": ("风险分类", "risk class"), "route": ("追偿途径", "route"),
    "filed_from": ("提交日自", "filed from"), "filed_to": ("提交日至", "filed to"),
    "opened_from": ("立案日自", "opened from"), "opened_to": ("立案日至", "opened to"),
    "way": ("方式", "way"), "sort": ("排序", "order"), "state": ("状态", "state"),
    "submitted_from": ("提交日自", "submitted from"), "submitted_to": ("提交日至", "submitted to"),
    "who": ("经办", "whose"),
    "month_from": ("月份自", "month from"), "month_to": ("月份至", "month to"),
    "party": ("合作方", "party"), "direction": ("方向", "direction"), "overdue": ("逾期", "overdue"),
    "paid_from": ("付款日自", "pays from"), "paid_to": ("付款日至", "pays to"),
    "held_from": ("会议日自", "held from"), "held_to": ("会议日至", "held to"),
    "posted_from": ("发布日自", "posted from"), "posted_to": ("发布日至", "posted to"),
    "ends_from": ("止期自", "ends from"), "ends_to": ("止期至", "ends to"),
    "created_from": ("生成日自", "made from"), "created_to": ("生成日至", "made to"),
    "park": ("园区", "park"), "uscc": ("信用代码", "credit code"), "firm": ("企业", "firm"),
    "insurer": ("保险人", "insurer"), "within_days": ("天数以内", "within days"),
    "over_too": ("含已终止", "those that are over"), "case_id": ("申请", "case"),
    "right_id": ("权利", "right"), "channel": ("渠道", "channel"), "receiver_id": ("接收方", "receiver"),
    "event_type": ("事件类型", "type of event"), "pool_code": ("资金池", "pool"),
    "unread": ("仅未读", "unread only"), "by_name": ("仅发给本人", "only by name"),
    "happened_from": ("日期自", "day from"), "happened_to": ("日期至", "day to"),
    "value_from": ("起息日自", "value date from"), "value_to": ("起息日至", "value date to"),
    "from_day": ("业务日期自", "business date from"), "to_day": ("业务日期至", "business date to"),
    "account": ("账户", "account"), "reference": ("业务参照", "reference"), "item": ("往来款项", "item"),
    "counted": ("统计", "counted"), "first": ("自", "from"), "last": ("至", "to"),
    "measure": ("指标", "measure"), "period": ("期间", "period"), "by": ("分组", "divided by"),
    "value": ("组", "part"), "untold": ("未登记分组的", "of no part"),
}  # fmt: skip
"""What a list was narrowed by, as it stands on top of its workbook."""

_ORDERED: Final[Mapping[str, tuple[str, str]]] = {
    "amount": ("金额", "amount"), "approved_on": ("批准日期", "approved on"),
    "claimed_on": ("申请日期", "filed on"), "due_on": ("办理期限", "due on"),
    "filed_on": ("提交日期", "filed on"), "opened_on": ("立案日期", "opened on"),
    "principal": ("计补本金", "principal"), "proceeds": ("处置所得", "proceeds"),
    "gross": ("回款总额", "gross"), "level": ("级别", "level"), "matures_on": ("到期日期", "matures on"),
    "measures_open": ("未完成措施", "open measures"), "number": ("编号", "number"),
    "outstanding_principal": ("未还本金", "principal"), "pool_pays": ("资金池承担", "the pool's share"),
    "raised_on": ("预警日期", "raised on"), "received_on": ("到账日期", "received on"),
    "since": ("进入本环节", "since"), "submitted_at": ("提交时间", "submitted at"),
    "month": ("月份", "month"), "difference": ("争议金额", "difference"), "total": ("合计", "total"),
    "execution_on": ("付款日期", "execution on"), "owed_since": ("发生日期", "since"),
    "due": ("应结金额", "due"), "held_on": ("开会日期", "held on"), "posted_on": ("发布日期", "posted on"),
    "asked_on": ("通知日期", "asked on"), "cover_by": ("补足期限", "cover by"),
    "shortfall": ("缺口", "short of"), "begins_on": ("起期", "begins on"), "ends_on": ("止期", "ends on"),
    "premium": ("保费", "premium"), "created_at": ("生成时间", "made at"),
    "value_date": ("起息日", "value date"), "business_date": ("业务日期", "business date"),
    "seq": ("序号", "number"), "days": ("用时", "days"), "overdue_days": ("逾期天数", "days overdue"),
    "happened_at": ("时间", "time"), "times": ("出现次数", "times"), "uscc": ("信用代码", "credit code"),
}  # fmt: skip
"""By what a list is ordered."""

Form = Literal["csv", "xlsx"]
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The list as a table: CSV in UTF-8 with a byte order mark, or a workbook.",
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            XLSX: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}
"""For OpenAPI: what a route of a file answers."""

MOST_ROWS: Final = 200_000
_AT_ONCE: Final = 1_000
_PIECE: Final = 256 * 1024


class TooManyRows(Refused):
    """More rows than a file takes; half of them would look like all."""

    code = "too-many-rows"
    status = 422


async def sent_as_file(
    request: Request,
    context: Context,
    caller: Identity,
    listed: Listed[Any],
    where: Mapping[str, Any],
    *,
    sort: str | None,
    form: Form,
) -> StreamingResponse:
    """All that matches, as a download. Raises TooManyRows."""
    names = await _names(context, caller, listed, where)
    async with aclosing(_rows(context, caller, listed, where, sort)) as rows:
        return await rows_as_file(
            request, caller, listed, names, rows, form=form, now=context.clock.now()
        )


async def rows_as_file(
    request: Request,
    caller: Identity,
    listed: Listed[Any],
    names: Mapping[str, str],
    rows: AsyncIterator[list[Any]],
    *,
    form: Form,
    now: datetime,
) -> StreamingResponse:
    """Answers, however they were read, as a download in a list's columns."""
    english = prefers_english(request.headers.get("accept-language", ""))
    now = now.astimezone(SHANGHAI)
    table = Table(
        title=listed.en if english else listed.zh,
        above=_above(caller, now, _words(request, listed, names, english=english), english=english),
        columns=listed.columns,
        names=names,
        english=english,
    )
    file = await (as_csv if form == "csv" else as_workbook)(table, rows)
    name = f"{table.title}-{now:%Y%m%d-%H%M}.{form}"
    return StreamingResponse(
        pieces(file),
        media_type="text/csv; charset=utf-8" if form == "csv" else XLSX,
        headers={"Content-Disposition": disposition(name)},
    )


def _words(
    request: Request, listed: Listed[Any], names: Mapping[str, str], *, english: bool
) -> list[str]:
    """By what the list was narrowed, in names: 银行 工商银行, 状态 已批准, 排序 金额（从大到小）."""
    found = []
    for name, value in request.query_params.multi_items():
        if not value:
            continue
        told = value
        if name in ("bank", "pool", "pool_code", "party"):
            told = names.get(value, value)
        elif name == "sort":
            ways = ("从大到小", "从小到大"), ("downwards", "upwards")
            column = _ORDERED.get(value.removeprefix("-"), (value, value))[english]
            way = ways[english][not value.startswith("-")]
            told = f"{column} ({way})" if english else f"{column}（{way}）"
        elif value in ("true", "false"):
            told = (("是", "否"), ("yes", "no"))[english][value == "false"]
        elif value in (of := listed.said.get(name, {})):
            told = of[value].en if english else of[value].zh
        found.append(f"{_ASKED.get(name, (name, name))[english]} {told}")
    return found


def _above(caller: Identity, now: datetime, said: list[str], *, english: bool) -> tuple[str, str]:
    """By what the list was narrowed, when it was read and by whom."""
    at = f"{now:%Y-%m-%d %H:%M}"
    if english:
        return (
            f"Filter: {'; '.join(said) or 'everything'}",
            f"Read at {at} (Beijing time) by {caller.name}; amounts in yuan",
        )
    return (
        f"筛选条件：{'；'.join(said) or '全部'}",
        f"导出时刻：{at}（北京时间）　导出人：{caller.name}　金额单位：元",
    )


async def _names(
    context: Context, caller: Identity, listed: Listed[Any], where: Mapping[str, Any]
) -> Mapping[str, str]:
    """What codes are called. Refused before anything is sent: half of a list would look like all."""
    async with listed.looking(context, caller.institution) as conn:
        found = await summed(conn, listed.grid, where, most=MOST_ROWS)
        names = await listed.names(conn)
    if found.more:
        raise TooManyRows(
            f"超过 {MOST_ROWS:,} 行，请缩小筛选范围后导出。",
            f"More than {MOST_ROWS:,} rows; narrow the list before it is taken as a file.",
            most=MOST_ROWS,
        )
    return names


async def _rows(
    context: Context, caller: Identity, listed: Listed[Any], where: Mapping[str, Any],
    sort: str | None,
) -> AsyncGenerator[list[Any]]:  # fmt: skip
    """The answers of all that matches, page by page, as of one moment."""
    order = listed.grid.order(sort)
    after: tuple[Any, ...] | None = None
    async with listed.looking(context, caller.institution) as conn:
        while True:
            rows = await page(conn, listed.grid, where, order, after=after, limit=_AT_ONCE)
            if rows:
                yield await listed.answers(conn, rows, caller, context)
                after = order.at(rows[-1])
            if len(rows) < _AT_ONCE:
                return


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """A finished file, bit by bit; it is closed in the end."""
    with file:
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece
