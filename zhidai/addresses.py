"""Where the running services answer."""

import socket
from dataclasses import dataclass

HOST = "127.0.0.1"
USUAL_PORTS = {"console": 8100, "applications": 8101, "risk_pool": 8102, "notifications": 8103}
"""What `zhidai up` serves on, unless a port is taken."""


@dataclass(frozen=True)
class Addresses:
    """The port of each service on this machine."""

    ports: dict[str, int]

    def url(self, service: str) -> str:
        """The root of a service, without a slash at the end."""
        return f"http://{HOST}:{self.ports[service]}"

    def api(self, service: str) -> str:
        """The root of a service's API."""
        return f"{self.url(service)}/api/v1"


def usual() -> Addresses:
    """The usual ports; one that is taken is replaced by a free one."""
    return Addresses({name: a_port(port) for name, port in USUAL_PORTS.items()})


def free() -> Addresses:
    """Ports nobody uses now."""
    return Addresses({name: a_port(0) for name in USUAL_PORTS})


def a_port(wanted: int) -> int:
    """The port that was wanted, or a free one where it is taken (or 0 was wanted)."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("this machine has no free port")
