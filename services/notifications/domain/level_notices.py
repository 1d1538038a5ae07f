"""Who hears of the levels of approval: further signatures and joint meetings, which are no bank's
business."""

from collections.abc import Mapping
from typing import Final

from services.notifications.domain.notice import Banks, Notice

_DESK: Final = ("reviewer", "approver", "leader", "pool_manager")
"""Who sits in joint meetings."""
_SECOND: Final = ("leader", "approver", "pool_manager")
"""Who confirms what a meeting has resolved."""

OF_LEVELS: Final[Mapping[str, Notice]] = {
    "application.to-countersign.v1": Notice(banks=Banks.NONE, role_in="role"),
    "application.signature-refused.v1": Notice(
        banks=Banks.NONE, roles=("approver",), people_in="assigned_to",
        roles_if_nobody=("reviewer",),
    ),
    "meeting.convened.v1": Notice(
        banks=Banks.NONE, people_in="called", roles_if_nobody=_DESK
    ),
    "meeting.changed.v1": Notice(banks=Banks.NONE, people_in="told"),
    "meeting.to-confirm.v1": Notice(banks=Banks.NONE, roles=_SECOND),
    "meeting.concluded.v1": Notice(banks=Banks.NONE, roles=_DESK),
    "meeting.called-off.v1": Notice(
        banks=Banks.NONE, people_in="called", roles_if_nobody=_DESK
    ),
}  # fmt: skip
