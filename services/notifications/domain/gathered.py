"""A storm for one group or one telephone: what waits is told as one message, so that nobody is told
for an hour. Of an SMS the title is all that is read, so that it names what is urgent.

Each delivery in it is recorded as if it had gone alone; nothing is left out, for the inbox has it all.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from services.notifications.domain.deliveries import ClaimedDelivery

BEYOND: Final = 10
"""So many messages a group is told one by one; what waits beyond them goes as one (assumed)."""
AT_ONCE: Final = 500
"""In one message at most."""
LISTED: Final = 10
"""So many titles stand in it, those that are urgent first."""


def as_one(deliveries: Sequence[ClaimedDelivery]) -> ClaimedDelivery:
    """What a group is told of these deliveries of one receiver, in their order; of one, itself."""
    first = deliveries[0]
    if len(deliveries) == 1:
        return first
    shown = sorted(deliveries, key=lambda one: not one.urgent)[:LISTED]
    count, left = len(deliveries), len(deliveries) - len(shown)
    zh = [f"· {one.title_zh}" for one in shown]
    en = [f"· {one.title_en}" for one in shown]
    if left:
        zh.append(f"另有 {left} 条，请打开系统查看。")
        en.append(f"{left} more are in the console.")
    urgent = shown[0] if shown[0].urgent else None
    return replace(
        first,
        event_type="gathered.v1",
        title_zh=f"{count} 条通知" + (f"，紧急：{urgent.title_zh}" if urgent else ""),
        title_en=f"{count} notices" + (f", urgent: {urgent.title_en}" if urgent else ""),
        text_zh="\n".join(zh),
        text_en="\n".join(en),
        link="/inbox",
    )
