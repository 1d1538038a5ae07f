"""What the declarations of many lists share: filters by pool, bank, state, amount and days."""

from typing import Final

from services.console.cases.grid import Column, Filter

POOL: Final = Filter("pool", "pool.title", "pool", more=False)
BANK: Final = Filter("bank", "pool.bank", "bank", more=False)
AMOUNT: Final = (
    Filter("amount_from", "list.amount-from", "amount"),
    Filter("amount_to", "list.amount-to", "amount"),
)


def state_of(kind: str) -> Filter:
    """By the state, in the words of a kind."""
    return Filter("state", "case.state", of=kind, more=False)


def days(name: str) -> tuple[Filter, Filter]:
    """From a day to a day, both counted in."""
    return (
        Filter(f"{name}_from", f"list.{name}-from", "day"),
        Filter(f"{name}_to", f"list.{name}-to", "day"),
    )


BANK_COLUMN: Final = Column("bank_code", "pool.bank", "name")
POOL_COLUMN: Final = Column("pool_code", "pool.title", "name")
