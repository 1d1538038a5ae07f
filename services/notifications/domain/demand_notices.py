"""Who hears how a firm's demand for financing goes on. Whom to call stands in no notice."""

from collections.abc import Mapping

from services.notifications.domain.notice import Banks, Notice

_BUREAU = ("pool_manager", "reviewer")

OF_DEMANDS: Mapping[str, Notice] = {
    "demand.offered.v1": Notice(banks=Banks.NAMED),
    "demand.answered.v1": Notice(banks=Banks.NAMED, bank_inbox=False, roles=_BUREAU),
    "demand.matched.v1": Notice(banks=Banks.NAMED),
    "demand.put-back.v1": Notice(banks=Banks.NAMED),
    "demand.unanswered.v1": Notice(banks=Banks.NONE, roles=_BUREAU),
    "demand.outcome.v1": Notice(banks=Banks.NAMED, roles=_BUREAU),
}
