"""Which faults pass by themselves, and how long to wait for them."""

import asyncio
import random
from dataclasses import dataclass

import asyncpg

# https://www.postgresql.org/docs/current/errcodes-appendix.html
_TRANSIENT = (
    asyncpg.PostgresConnectionError,  # class 08
    asyncpg.TransactionRollbackError,  # class 40: serialization failure, deadlock
    asyncpg.InsufficientResourcesError,  # class 53: disk full, too many connections
    asyncpg.LockNotAvailableError,  # 55P03: lock_timeout
    asyncpg.AdminShutdownError,  # 57P01
    asyncpg.CrashShutdownError,  # 57P02
    asyncpg.CannotConnectNowError,  # 57P03: the database is starting up
    asyncpg.ReadOnlySQLTransactionError,  # 25006: connected to a standby during a failover
    asyncpg.IdleInTransactionSessionTimeoutError,  # 25P03
    asyncpg.QueryCanceledError,  # 57014: statement_timeout, or an operator
    # What was prepared before a migration has other columns now; the driver has forgotten it by the
    # time this is raised, so the same asked again is prepared anew.
    asyncpg.InvalidCachedStatementError,
    asyncpg.OutdatedSchemaCacheError,
    asyncpg.InternalClientError,  # the connection broke in the middle of a word
    ConnectionError,
    TimeoutError,
)


def is_transient(error: BaseException) -> bool:
    """Whether the fault lies outside the event: then try again for ever and never park.

    Of `OSError` only those are meant that a network makes; a scheme file that is missing is not
    going to appear by waiting. A server's socket is: its error names no file.
    """
    if isinstance(error, FileNotFoundError):
        return error.filename is None
    if isinstance(error, asyncpg.InterfaceError):
        # The driver's own word for a connection that was lost before it was used.
        return "closed" in str(error) or "released back to the pool" in str(error)
    return isinstance(error, _TRANSIENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Waits that grow, with jitter, so that many who wait do not come back at once."""

    first_seconds: float = 0.1
    most_seconds: float = 10.0

    def seconds(self, attempt: int) -> float:
        """How long to wait after the given attempt; the first attempt is 1."""
        longest = min(self.most_seconds, self.first_seconds * 2 ** min(attempt - 1, 30))
        return random.uniform(longest / 2, longest)

    async def wait(self, attempt: int) -> None:
        """Wait after the given attempt."""
        await asyncio.sleep(self.seconds(attempt))
