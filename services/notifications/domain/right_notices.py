"""Who hears of what becomes of pledged rights, and of firms on lists of dishonest or abnormal ones."""

from collections.abc import Mapping
from typing import Final

from services.notifications.domain.notice import Banks, Notice
from services.notifications.domain.notice_fields import (
    CASE,
    ENDANGERED,
    LISTED,
    PLEDGE,
    RANK,
    REPAIR,
)

OF_RIGHTS_AND_FIRMS: Final[Mapping[str, Notice]] = {
    "pledge.changed.v1": Notice(banks=Banks.NAMED, roles=("reviewer",), fields=CASE | PLEDGE),
    "pledge.rank-changed.v1": Notice(banks=Banks.NAMED, roles=("reviewer",), fields=CASE | RANK),
    "right.endangered.v1": Notice(banks=Banks.NAMED, roles=("reviewer",), fields=CASE | ENDANGERED),
    "firm.listed.v1": Notice(
        banks=Banks.NAMED,
        roles=("approver", "pool_manager", "reviewer"),
        fields=LISTED | {"live_loans"},
    ),
    "firm.cleared.v1": Notice(
        banks=Banks.NAMED, roles=("pool_manager", "reviewer"), fields=LISTED | {"ended_on", "why"}
    ),
    "credit-repair.requested.v1": Notice(
        banks=Banks.NAMED,
        bank_inbox=False,
        roles=("reviewer",),
        fields=REPAIR | {"reason"},
    ),
    "credit-repair.decided.v1": Notice(
        banks=Banks.NAMED,
        roles=("reviewer",),
        fields=REPAIR | {"granted", "decided_on", "opinion"},
    ),
}
