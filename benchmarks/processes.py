"""Processes that a benchmark starts beside itself."""

import os
import socket
import subprocess
import time
from pathlib import Path


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


def processor_seconds(pid: int) -> float:
    """The processor's time that a process has spent by now, its own and the kernel's for it (Linux)."""
    # The name in brackets may have blanks; utime and stime are fields 14 and 15.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
