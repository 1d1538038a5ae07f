"""Whether a firm's standing on a list of dishonest or abnormal firms is held against it on a day."""

from datetime import date

from shared.months import add_months


def held_against(
    *,
    on: date,
    listed_on: date,
    ended_on: date | None,
    made_good: bool,
    lookback_years: int | None,
) -> bool:
    """While it stands there, and for the years looked back (近三年无…) once it ended; what was made
    good by credit repair (信用修复) only as long as it stood."""
    if listed_on > on:
        return False
    if ended_on is None or on < ended_on:
        return True
    if made_good or lookback_years is None:
        return False
    return ended_on > add_months(on, -12 * lookback_years)
