"""Who hears of public notices and of objections. A bank never hears who objected, nor what was written."""

from collections.abc import Mapping

from services.notifications.domain.notice import Banks, Notice

OF_PUBLIC_NOTICES: Mapping[str, Notice] = {
    "public-notice.published.v1": Notice(banks=Banks.NAMED, roles=("finance_maker", "reviewer")),
    "public-notice.ended.v1": Notice(banks=Banks.NAMED, roles=("finance_checker", "finance_maker")),
    "public-notice.withdrawn.v1": Notice(banks=Banks.NAMED, roles=("finance_maker", "reviewer")),
    "objection.filed.v1": Notice(banks=Banks.NAMED, roles=("finance_maker", "reviewer")),
    "objection.decided.v1": Notice(banks=Banks.NAMED, roles=("finance_maker", "reviewer")),
}
