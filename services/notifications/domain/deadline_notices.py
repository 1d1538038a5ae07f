"""Who hears of deadlines: whom a case waits for, before its last day and after it; later those above.

That a day is set or met is told to machines alone: people have it in their lists.
"""

from collections.abc import Mapping

from services.notifications.domain.notice import Banks, Notice

_CHANGE = Notice(banks=Banks.NAMED, bank_inbox=False)
_REMINDER = Notice(
    banks=Banks.NAMED,
    people_in="people",
    role_in="to_roles",
)

OF_DEADLINES: Mapping[str, Notice] = {
    f"{service}-deadline.{what}.v1": notice
    for service in ("case", "pool")
    for what, notice in (
        ("set", _CHANGE), ("approaching", _REMINDER), ("passed", _REMINDER), ("met", _CHANGE),
    )
}  # fmt: skip
