"""What a process holds that hangs, or whose machine has vanished, is given back within seconds.

The server ends by itself what such a one has begun: a transaction in which nothing more is asked, the
connection of one that leads and shows no life, a connection whose other side does not answer. Here the
same is seen of a server that has vanished. So nobody waits for a process that will never go on.
"""

import asyncio
import socket
from collections.abc import Awaitable
from typing import Any, Final, TypeVar

import asyncpg

T = TypeVar("T")

HUNG_SECONDS = 8
"""So long nothing is heard, and the other side counts as gone. Whoever takes over needs a moment, too: ten
seconds in all. 0: never."""

READERS_MAY_WAIT: Final = "300s"
"""So long a transaction that only reads may rest: it keeps nobody waiting, and whom it reads to may be slow. So
may one that thinks long."""

_END = """
    select count(pg_terminate_backend(pid)) from pg_stat_activity
    where datname = current_database() and usename = current_user and state = 'active'
      and wait_event = 'ClientRead' and query not ilike 'copy %'
      and state_change < clock_timestamp() - make_interval(secs => $1)
"""

_PROBES: Final = 3
_BETWEEN_PROBES: Final = 1


def settings_of(name: str, *, leads: bool = False) -> dict[str, str]:
    """What the server is to hold a connection to, and the name that it is shown by.

    `leads`: it holds a lock of its own beyond transactions, and shows life with `shows_life`.
    """
    waits = f"{HUNG_SECONDS}s"
    settings = {
        "application_name": name,
        "idle_in_transaction_session_timeout": waits,
        "tcp_keepalives_idle": str(max(HUNG_SECONDS - _PROBES * _BETWEEN_PROBES, 0)),
        "tcp_keepalives_interval": str(_BETWEEN_PROBES),
        "tcp_keepalives_count": str(_PROBES),
        "tcp_user_timeout": waits,
    }
    if leads:
        settings["idle_session_timeout"] = waits
    return settings


def watch(transport: Any) -> None:
    """See that the server has vanished, where the system can say so: on a connection over TCP."""
    line = transport.get_extra_info("socket")
    if line is None or line.family not in (socket.AF_INET, socket.AF_INET6) or not HUNG_SECONDS:
        return
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (
        ("TCP_KEEPIDLE", HUNG_SECONDS - _PROBES * _BETWEEN_PROBES),
        ("TCP_KEEPINTVL", _BETWEEN_PROBES),
        ("TCP_KEEPCNT", _PROBES),
        ("TCP_USER_TIMEOUT", HUNG_SECONDS * 1000),
    ):
        if (number := getattr(socket, option, None)) is not None:
            line.setsockopt(socket.IPPROTO_TCP, number, value)


async def end_the_hung(conn: asyncpg.Connection) -> int:
    """End the connections of this role that stopped between a statement's text and its values, which no
    setting of the server is about; how many there were. A COPY may wait for what it is to copy."""
    return await conn.fetchval(_END, float(HUNG_SECONDS)) if HUNG_SECONDS else 0


async def thinks_long(conn: asyncpg.Connection) -> None:
    """This transaction works out much between two statements: it is given five minutes. For what a person
    asks for now and then; whoever waits for its locks waits as long."""
    await conn.execute(f"set local idle_in_transaction_session_timeout = '{READERS_MAY_WAIT}'")


async def shows_life(conn: asyncpg.Connection, work: Awaitable[T]) -> T:
    """Wait for something else, and show meanwhile that this process lives. Nobody else uses the
    connection until then. Raises what the work raises, and what asyncpg does when the lead is lost; then
    the work is given up."""
    task = asyncio.ensure_future(work)
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=(HUNG_SECONDS or 4) / 4)
            if not task.done():
                await conn.execute("select 1")
        return task.result()
    finally:
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
