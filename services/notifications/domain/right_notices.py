"""Who hears of what becomes of pledged rights, and of firms on lists of dishonest or abnormal ones."""

from collections.abc import Mapping
from typing import Final

from services.notifications.domain.notice import Banks, Notice

OF_RIGHTS_AND_FIRMS: Final[Mapping[str, Notice]] = {
    "pledge.changed.v1": Notice(banks=Banks.NAMED, roles=("reviewer",)),
    "pledge.rank-changed.v1": Notice(banks=Banks.NAMED, roles=("reviewer",)),
    "right.endangered.v1": Notice(banks=Banks.NAMED, roles=("reviewer",)),
    "firm.listed.v1": Notice(banks=Banks.NAMED, roles=("approver", "pool_manager", "reviewer")),
    "firm.cleared.v1": Notice(banks=Banks.NAMED, roles=("pool_manager", "reviewer")),
    "credit-repair.requested.v1": Notice(banks=Banks.NAMED, bank_inbox=False, roles=("reviewer",)),
    "credit-repair.decided.v1": Notice(banks=Banks.NAMED, roles=("reviewer",)),
}
