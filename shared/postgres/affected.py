"""How many rows a statement touched, as PostgreSQL says it: "DELETE 3", "INSERT 0 3"."""


def affected(done: str) -> int:
    """The number of rows of what asyncpg's `execute` answers."""
    return int(done.rsplit(" ", 1)[1])
