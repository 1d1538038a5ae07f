"""Deliveries as a list, and as a file."""

from datetime import datetime, time, timedelta
from typing import Annotated, Any, Final
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query

from services.notifications.api.common import Reader
from services.notifications.api.deliveries import DeliveryListed, listed
from services.notifications.api.message_models import State
from services.notifications.domain.deliveries import STATE_WORDS
from services.notifications.queries import delivery_log as log
from shared.auth.identity import Identity
from shared.clock import SHANGHAI
from shared.context import Context
from shared.http.grids import Listed, Rows
from shared.http.list_filters import Code, Day, days_between
from shared.http.list_filters import Words as Sought
from shared.http.list_routes import serve_list
from shared.life_cycle import Words
from shared.sheets.table_files import FileColumn, coded

router = APIRouter()

CHANNEL_WORDS: Final = {
    "webhook": Words("回调", "webhook"),
    "email": Words("邮件", "e-mail"),
    "sms": Words("短信", "text message"),
    "dingtalk": Words("钉钉", "DingTalk"),
    "wecom": Words("企业微信", "WeCom"),
    "feishu": Words("飞书", "Feishu"),
}


async def _deliveries(
    conn: asyncpg.Connection, rows: Rows, caller: Identity, context: Context
) -> list[DeliveryListed]:
    return [listed(row) for row in rows]


def _moment(at: datetime | None) -> str | None:
    return None if at is None else f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


_DELIVERIES = Listed(
    zh="通知投递",
    en="Deliveries",
    grid=log.DELIVERIES,
    answers=_deliveries,
    names=log.pool_names,
    said={"state": STATE_WORDS, "channel": CHANNEL_WORDS},
    columns=(
        FileColumn(
            "通知", "message", lambda one: one.title.zh, in_english=lambda one: one.title.en
        ),
        FileColumn("事项", "subject", lambda one: one.subject),
        FileColumn("资金池", "pool", lambda one: one.pool_code, "name"),
        coded("渠道", "channel", "channel", CHANNEL_WORDS),
        FileColumn("地址", "address", lambda one: one.address),
        coded("状态", "state", "state", STATE_WORDS),
        FileColumn("投递次数", "attempts", lambda one: one.attempts, "count"),
        FileColumn("最近错误", "last error", lambda one: one.last_error),
        FileColumn("生成时间", "created at", lambda one: _moment(one.created_at)),
        FileColumn("结束时间", "finished at", lambda one: _moment(one.finished_at)),
    ),
)  # fmt: skip


async def _wanted(
    caller: Reader,
    state: State | None = None,
    channel: Annotated[str | None, Query(max_length=20, pattern=r"^[a-z]*$")] = None,
    event_type: Annotated[str | None, Query(max_length=100, pattern=r"^[^\u0000]*$")] = None,
    receiver_id: UUID | None = None,
    pool: Code = None,
    q: Sought = None,
    created_from: Day = None,
    created_to: Day = None,
) -> dict[str, Any]:
    """`q`: the number of what a message is about."""
    first, last = days_between("created", created_from, created_to)
    return {
        "institution = {}": caller.bank,
        "state = {}": state,
        "channel = {}": channel or None,
        "event_type = {}": event_type or None,
        "receiver_id = {}": receiver_id,
        "pool_code = {}": pool,
        "subject = {}": q.strip() if q else None,
        "created_at >= {}": first and datetime.combine(first, time(), SHANGHAI),
        "created_at < {}": last and datetime.combine(last + timedelta(days=1), time(), SHANGHAI),
    }


serve_list(
    router, "deliveries", _DELIVERIES, DeliveryListed,
    caller=Reader, wanted=_wanted, tags=("delivery log",),
    says="Your institution's deliveries, the newest first; `state=failed` are those given up.",
)  # fmt: skip
