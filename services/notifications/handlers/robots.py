"""What we do about group robots: keep them, change them, try them, tell them nothing more."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.notifications.domain.hours import Hours, require_hours
from services.notifications.domain.messages import MessageText
from services.notifications.domain.receivers import (
    MOST_ROBOTS,
    REASON_DELETED,
    ReceiverAction,
    TooManyRobots,
)
from services.notifications.domain.refusals import nothing_here
from services.notifications.domain.robots import (
    RobotKind,
    require_robot,
    shown_address,
)
from services.notifications.domain.wishes import ChangedWishes, Wishes
from services.notifications.handlers.receivers import change as change_receiver
from services.notifications.handlers.subscriptions import pools_seen_by
from services.notifications.handlers.trial import send_test
from services.notifications.senders.secret_encryption import SecretEncryption
from services.notifications.tables import deliveries, receivers, robots
from services.notifications.tables.receivers import NewReceiver
from shared.auth.identity import Identity
from shared.refusals import FieldFault, FieldsWrong
from shared.roles import BANK_ROLES, BUREAU_ROLES

TEST_TYPE = "robot.test.v1"
KINDS = tuple(kind.value for kind in RobotKind)


async def add(
    conn: asyncpg.Connection,
    encryption: SecretEncryption,
    *,
    kind: RobotKind,
    url: str,
    secret: str | None,
    description: str,
    language: str,
    roles: Collection[str],
    wishes: Wishes,
    hours: Hours,
    digest: str,
    caller: Identity,
    now: datetime,
) -> UUID:
    """Tell a group from now on what the people of these roles are told."""
    require_robot(kind, url=url, secret=secret)
    require_roles(roles, of_bank=caller.bank is not None)
    require_hours(hours)
    await receivers.lock_adding(conn, institution=caller.institution)
    count = await receivers.count(conn, institution=caller.institution, channels=KINDS)
    if count >= MOST_ROBOTS:
        raise TooManyRobots(
            f"每个机构最多 {MOST_ROBOTS} 个群机器人",
            f"An institution has {MOST_ROBOTS} group robots at most.",
        )
    robot_id = uuid7()
    new = NewReceiver(
        id=robot_id,
        institution=caller.institution,
        channel=kind,
        for_people=True,
        is_group=True,
        roles=roles,
        wishes=wishes,
        hours=hours,
        digest=digest,
        seen_pools=pools_seen_by(caller),
    )

    await receivers.add(conn, new, by=caller, now=now)
    await robots.add(
        conn,
        robot_id,
        institution=caller.institution,
        address=shown_address(url),
        url=encryption.encrypt(url, endpoint_id=robot_id),
        secret=encryption.encrypt(secret, endpoint_id=robot_id) if secret else None,
        language=language,
        description=description,
    )
    return robot_id


async def locked(conn: asyncpg.Connection, robot_id: UUID, *, institution: str) -> asyncpg.Record:
    """A robot of the institution's own, whatever else it may see. Raises NotFound."""
    found = await receivers.lock(conn, robot_id, institution=institution, channels=KINDS)
    if found is None:
        raise nothing_here("群机器人", "group robot")
    return found


async def change(
    conn: asyncpg.Connection,
    robot: Mapping[str, Any],
    *,
    description: str | None,
    language: str | None,
    roles: Collection[str] | None,
    wishes: ChangedWishes,
    hours: Hours | None,
    digest: str | None,
    state: str | None,
    caller: Identity,
    now: datetime,
) -> None:
    """Change a locked robot; None leaves what is there. Another URL is another robot."""
    if roles is not None:
        require_roles(roles, of_bank=caller.bank is not None)
    await change_receiver(
        conn,
        robot,
        wishes=wishes,
        roles=robot["roles"] if roles is None else roles,
        hours=hours,
        digest=digest,
        state=state,
        caller=caller,
        now=now,
    )
    await robots.change(conn, robot["id"], language=language, description=description)


async def delete(
    conn: asyncpg.Connection, robot: Mapping[str, Any], *, caller: Identity, now: datetime
) -> None:
    """Tell a locked robot nothing more; what was sent stays in the log."""
    await receivers.move(
        conn, robot, ReceiverAction.DELETE, by=caller, now=now, reason=REASON_DELETED
    )
    await deliveries.cancel(conn, [robot["id"]], why="the robot was deleted")


async def send_test_message(
    conn: asyncpg.Connection, robot_id: UUID, *, institution: str, now: datetime
) -> UUID:
    """Say something harmless in the group, so that who set it up sees whether it works."""
    return await send_test(
        conn,
        robot_id,
        institution=institution,
        event_type=TEST_TYPE,
        text=MessageText(
            title_zh="群机器人测试",
            text_zh="本群将收到风险补偿系统的通知。",
            title_en="Robot test",
            text_en="This group will be told of what happens in the risk-compensation system.",
        ),
        told={"robot_id": robot_id},
        now=now,
    )


def require_roles(roles: Collection[str], *, of_bank: bool) -> None:
    """Refuse roles that nobody of the institution has: their messages are others'."""
    foreign = sorted(set(roles) - (BANK_ROLES if of_bank else BUREAU_ROLES))
    if foreign:
        raise FieldsWrong(
            [
                FieldFault(
                    ("roles",),
                    "role-of-others",
                    f"本机构没有这些角色：{'、'.join(foreign)}",
                    f"Nobody here has these roles: {', '.join(foreign)}.",
                )
            ]
        )
