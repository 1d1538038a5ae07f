"""Processes that a benchmark starts beside itself."""

import socket
import subprocess
import time


def await_port(port: int, process: subprocess.Popen[bytes], *, seconds: float = 60) -> None:
    """Wait until a process listens. Ends the benchmark where it dies or takes too long."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if process.poll() is not None:
            raise SystemExit("a process ended while it was starting")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit(f"a process did not start in {seconds:g} seconds")
