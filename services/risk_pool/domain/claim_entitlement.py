"""From which day a claim could be filed, so that its time is the same whatever the bank states.

The time that a scheme gives for filing runs from the day on which the first of its triggers held.
A bank that could choose that day could choose its deadline, so:

- What positions show is dated by positions. Days overdue are counted forward from the month-end at
  which they were reported; a class dates from the first month-end at which it was reported, months
  of a class from the last of them. A month without a report does not interrupt either: silence
  postpones nothing. Where the days overdue that the bank states begin later than its reports say,
  the earlier day counts.
- A day that only the bank can name (a lawsuit accepted, a loan called) makes a trigger hold, and
  postpones nothing: a trigger that also asks for something that positions show runs from that
  alone. When to sue is the bank's to decide, and the time to claim is meant to make it decide.
- Where a trigger asks only for what the bank dates (written off, enforcement ended), the day that
  it states counts, but not a later one than it has stated before for this loan.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from services.risk_pool.domain.claim_filed import BANK_DATES, Filed, Position
from shared.months import Month, add_months
from shared.risk_classes import NON_PERFORMING, is_at_least
from shared.schemes.rules.claims import TriggerRule


def months_non_performing(history: Sequence[Position]) -> int:
    """For how many month-ends running, up to the last one, the loan has been substandard or worse.

    Calendar months, not reports: a month that was not reported breaks the run, since nobody said
    that the loan was non-performing then. `history` from the earliest month to the last.
    """
    months, next_month = 0, None
    for position in reversed(history):
        month = Month.parse(position.month)
        if position.risk_class not in NON_PERFORMING or next_month not in (None, month.after):
            break
        months, next_month = months + 1, month
    return months


def known_dates(filed: Filed, stated_before: Mapping[str, date]) -> dict[str, date]:
    """Since when what only the bank can date holds: the earliest day that it has ever stated."""
    stated = filed.dates()
    return {
        name: min(day for day in (stated.get(name), stated_before.get(name)) if day is not None)
        for name in {**stated, **stated_before}
    }


def entitled_on(
    filed: Filed,
    triggers: Sequence[TriggerRule],
    history: Sequence[Position],
    stated_before: Mapping[str, date],
) -> date | None:
    """The day from which the bank could claim; None where nothing dates it.

    `stated_before`: what earlier claims for the loan stated, a trigger's condition → day.
    """
    days = [
        day
        for rule in triggers
        if (day := _held_since(rule, filed, history, stated_before)) is not None
    ]
    return min(days) if days else None


def _held_since(
    rule: TriggerRule,
    filed: Filed,
    history: Sequence[Position],
    stated_before: Mapping[str, date],
) -> date | None:
    dates = known_dates(filed, stated_before)
    asked = [name for name in BANK_DATES if getattr(rule, name)]
    if not set(asked) <= set(dates):
        return None
    shown = list(_shown_by_positions(rule, filed, history))
    if None in shown:
        return None
    days = [day for day in shown if day is not None] or [dates[name] for name in asked]
    return max(days) if days else None


def _shown_by_positions(
    rule: TriggerRule, filed: Filed, history: Sequence[Position]
) -> Iterator[date | None]:
    """The day of each condition that positions date; None for one that does not hold."""
    if rule.overdue_days_above is not None:
        yield _crossed_on(rule.overdue_days_above, filed, history)
    if rule.risk_class_at_least is not None:
        yield _class_since(rule.risk_class_at_least, history)
    if rule.months_non_performing is not None:
        since = _class_since(NON_PERFORMING[0], history)
        if since is None or months_non_performing(history) < rule.months_non_performing:
            yield None
        else:
            yield Month.of(add_months(since, rule.months_non_performing - 1)).last


def _crossed_on(above: int, filed: Filed, history: Sequence[Position]) -> date | None:
    """The first day on which the loan was more than so many days overdue, in this spell."""
    if filed.overdue_days <= above:
        return None
    days = [filed.stated_on - timedelta(days=filed.overdue_days - above - 1)]
    for position in reversed(history):
        crossed = position.month_end + timedelta(days=above + 1 - position.overdue_days)
        if position.overdue_days > above:
            days.append(crossed)
            continue
        if position is history[-1] and position.overdue_days > 0 and crossed <= filed.stated_on:
            days.append(crossed)
        break
    return min(days)


def _class_since(risk_class: str, history: Sequence[Position]) -> date | None:
    """The month-end since which every report has had this class or a worse one."""
    since = None
    for position in reversed(history):
        if not is_at_least(position.risk_class, risk_class):
            break
        since = position.month_end
    return since
