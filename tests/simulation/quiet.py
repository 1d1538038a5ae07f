"""Whether everything that was said has been heard: asked of the databases, in no time."""

from collections.abc import Mapping

from tests.simulation.server import Server

TOPICS = {
    "applications": ("risk_pool",),
    "risk_pool": ("applications",),
    "notifications": ("applications", "risk_pool"),
}
"""Whom each service hears."""

_TOLD = """
select (select count(*) from outbox) + (select count(*) from told_again),
       last, began_after, began_after || '-' || replace(id::text, '-', '')
from told_epochs order by number desc limit 1
"""


def what_is_on_its_way(looks: Mapping[str, Server]) -> list[str]:
    """What keeps the house from being quiet; nothing where everybody has heard everything."""
    told = {}
    found = []
    for name in sorted(looks):
        ((waiting, last, began_after, epoch),) = looks[name].ask(_TOLD)
        told[name] = (int(last), int(began_after), epoch)
        if waiting != "0":
            found.append(f"{waiting} events wait in {name}")
    for name, topics in TOPICS.items():
        for topic in topics:
            last, began_after, epoch = told[topic]
            # Of an epoch in which nothing was said yet nobody has heard.
            ((until,),) = looks[name].ask(
                "select coalesce(max(case when epoch = "
                f"'{epoch}' then until else least(until, {began_after}) end), 0)"
                f" from heard_epochs where topic = '{topic}'"
            )
            until = int(until)
            if until < last:
                found.append(f"{name} has heard {until} of {last} of {topic}")
    return found
