"""Who hears of loans that go bad: warnings, disposals of pledged rights, collections."""

from collections.abc import Mapping

from services.notifications.domain.notice import Banks, Notice
from services.notifications.domain.notice_fields import CLAIM, COVERAGE

_WARNING = COVERAGE | {"warning_id", "cause", "level"}
_DISPOSAL = COVERAGE | {"disposal_id", "disposal_number"}
_COLLECTION = CLAIM | {"collection_id", "conclusion", "reason"}

OF_BAD_LOANS: Mapping[str, Notice] = {
    "warning.raised.v1": Notice(
        banks=Banks.NAMED,
        roles=("pool_manager", "reviewer"),
        fields=_WARNING | {"by_hand", "again", "text", "raised_on"},
    ),
    "warning.concluded.v1": Notice(
        banks=Banks.NAMED,
        roles=("reviewer",),
        fields=_WARNING | {"conclusion", "reason", "claim_number", "concluded_on"},
    ),
    "disposal.opened.v1": Notice(
        banks=Banks.NAMED,
        bank_inbox=False,
        roles=("finance_maker", "pool_manager"),
        fields=_DISPOSAL | {"rights", "opened_on"},
    ),
    "disposal.sold.v1": Notice(
        banks=Banks.NAMED,
        roles=("finance_maker", "pool_manager"),
        fields=_DISPOSAL | {"buyer", "proceeds_fen", "sold_on"},
    ),
    "disposal.closing-proposed.v1": Notice(
        banks=Banks.NAMED,
        bank_inbox=False,
        roles=("finance_checker",),
        fields=_DISPOSAL | {"reason"},
    ),
    "disposal.ended.v1": Notice(
        banks=Banks.NAMED,
        roles=("finance_maker", "pool_manager"),
        fields=_DISPOSAL | {"outcome", "proceeds_fen", "costs_fen", "reason", "ended_on"},
    ),
    "collection.conclusion-proposed.v1": Notice(
        banks=Banks.NAMED,
        bank_inbox=False,
        roles=("finance_checker",),
        fields=_COLLECTION,
    ),
    "collection.instalment-due.v1": Notice(
        banks=Banks.NAMED,
        roles=("finance_maker",),
        fields=CLAIM | {"collection_id", "stage", "due_on", "amount_fen", "left_fen", "on"},
    ),
    "collection.concluded.v1": Notice(
        banks=Banks.NAMED,
        roles=("finance_maker", "pool_manager"),
        fields=_COLLECTION | {"concluded_on"},
    ),
}
