"""Where the running services answer.

An address is decided by opening its socket, listening on it and keeping it: a port that is only
looked at is anybody's again a moment later, and one that is only bound is bound by a second instance,
too (Linux lets sockets with SO_REUSEADDR share a port until one of them listens). Whoever connects
before the service runs waits for it.
"""

import socket
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
USUAL_PORTS = {
    "console": 8100,
    "applications": 8101,
    "risk_pool": 8102,
    "notifications": 8103,
    "issuer": 8104,
}
"""What `zhidai up` serves on, unless a port is taken."""


@dataclass(frozen=True)
class Addresses:
    """A socket of each service on this machine, listened on, and not yet served."""

    sockets: dict[str, socket.socket]
    ports: dict[str, int]

    def url(self, service: str) -> str:
        """The root of a service, without a slash at the end."""
        return f"http://{HOST}:{self.ports[service]}"

    def api(self, service: str) -> str:
        """The root of a service's API."""
        return f"{self.url(service)}/api/v1"

    def release(self, service: str) -> None:
        """Give the port to a process of the service's own, which opens it itself."""
        self.sockets[service].close()

    def close(self) -> None:
        """Give all ports back; those that were served are closed already."""
        for one in self.sockets.values():
            one.close()


def usual() -> Addresses:
    """The usual ports; one that is taken is replaced by a free one."""
    return _opened(USUAL_PORTS)


def free() -> Addresses:
    """Ports that nobody uses."""
    return _opened(dict.fromkeys(USUAL_PORTS, 0))


def _opened(wanted: dict[str, int]) -> Addresses:
    sockets = {name: _bound(port) for name, port in wanted.items()}
    return Addresses(sockets, {name: int(one.getsockname()[1]) for name, one in sockets.items()})


def _bound(wanted: int) -> socket.socket:
    """A socket on the port that was wanted, or on a free one where it is taken (or 0 was)."""
    for port in (wanted, 0):
        opened = socket.socket()
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            opened.bind((HOST, port))
            opened.listen()
        except OSError:
            opened.close()
            continue
        return opened
    raise OSError("this machine has no free port")


def replaced(addresses: Addresses) -> list[str]:
    """A line for every usual port that was taken: which, by whom if that can be seen, what now."""
    lines = []
    for name, usual_port in USUAL_PORTS.items():
        port = addresses.ports[name]
        if port != usual_port:
            holder = _holder(usual_port)
            lines.append(
                f"端口 {usual_port} 已被{holder or '其他进程'}占用，{name} 改用 {port}。"
                f"Port {usual_port} is taken by {holder or 'another process'}: {name} is at {port}."
            )
    return lines


def _holder(port: int) -> str:
    """The process that listens on a port, e.g. "nginx (77)"; "" where this cannot be seen.

    Read from /proc, as ss and lsof do it: only Linux has it, and only root sees all of it.
    """
    wanted = f":{port:04X}"
    try:
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    except OSError:
        return ""
    listening = {f"socket:[{row[9]}]" for row in rows if row[1].endswith(wanted) and row[3] == "0A"}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(str(fd.readlink()) in listening for fd in (process / "fd").iterdir()):
                return f" {(process / 'comm').read_text().strip()} ({process.name}) "
        except OSError:  # Ended meanwhile, or not ours to look at.
            continue
    return ""
