"""By when a step of a case is to be done: the scheme knows, by the name of the step."""

from datetime import date

from shared.life_cycle import Term, Wait
from shared.schemes.decide.deadlines import CountsWorkingDays, deadline
from shared.schemes.terms import Terms


def term_of(terms: Terms, start: date, working_days: CountsWorkingDays) -> Term:
    """The last day of a wait that begins on `start`; none where the scheme says nothing of it."""

    def term(wait: Wait) -> date | None:
        if wait.step not in terms.deadlines:
            return None
        return deadline(wait.step, start, terms, working_days)

    return term
