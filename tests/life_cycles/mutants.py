"""Every way to get one row of a life cycle wrong: its target, its roles, its guards, its news."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from shared.life_cycle import SYSTEM_ROLE, LifeCycle, Move
from shared.roles import BANK_ROLES, BUREAU_ROLES
from tests.life_cycles.cases import case_tables

PEOPLE = (BANK_ROLES | BUREAU_ROLES) - {"auditor", "admin"}


@dataclass(frozen=True)
class Mutant:
    """One alteration of one row."""

    cases: str
    """As `case_tables` names them: "risk_pool/claim"."""
    row: int
    what: str
    altered: Move
    row_as_it_is: Move

    @property
    def name(self) -> str:
        """For people, and to ask for one alone."""
        return f"{self.cases}:{self.row}:{self.what}"


def mutants(cases: str, life_cycle: LifeCycle) -> Iterator[Mutant]:
    """Every row altered in every way, one at a time."""
    for row, move in enumerate(life_cycle.moves):
        for what, altered in _alterations(move, life_cycle):
            yield Mutant(cases, row, what, altered, move)


def _alterations(move: Move, life_cycle: LifeCycle) -> Iterator[tuple[str, Move]]:
    elsewhere = next(
        state for state in life_cycle.states if state not in (move.target, move.source)
    )
    yield f"target={elsewhere}", replace(move, target=elsewhere)
    if move.source is not None and move.source != move.target:
        yield f"target={move.source}", replace(move, target=move.source)
    if move.roles == {SYSTEM_ROLE}:
        yield "roles=nobody", replace(move, roles=frozenset({"nobody"}))
    else:
        yield "roles=everybody", replace(move, roles=PEOPLE | move.roles)
        for role in sorted(move.roles):
            fewer = move.roles - {role} or frozenset({"nobody"})
            yield f"roles-{role}", replace(move, roles=fewer)
    for guard in move.guards:
        yield (
            f"guards-{guard}",
            replace(move, guards=tuple(one for one in move.guards if one != guard)),
        )
    for event in move.tells:
        yield (
            f"tells-{event}",
            replace(move, tells=tuple(one for one in move.tells if one != event)),
        )


def all_mutants() -> list[Mutant]:
    """Those of every table."""
    return [
        mutant
        for cases, table in case_tables().items()
        for mutant in mutants(cases, table.life_cycle)
    ]


def apply(mutant: Mutant) -> None:
    """Put the altered row into the table, until it is restored."""
    _put(mutant, mutant.altered)


def restore(mutant: Mutant) -> None:
    """Put the row back as it was."""
    _put(mutant, mutant.row_as_it_is)


def _put(mutant: Mutant, row: Move) -> None:
    life_cycle = case_tables()[mutant.cases].life_cycle
    moves = list(life_cycle.moves)
    moves[mutant.row] = row
    # The table is frozen for everybody else.
    object.__setattr__(life_cycle, "moves", tuple(moves))
