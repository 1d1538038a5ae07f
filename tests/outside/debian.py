"""Programs of Debian's packages, unpacked beside the other fetched parts: nothing is installed."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.kafka.fetch import cache_folder


class CannotBeHad(RuntimeError):
    """The program is not on this machine, and Debian's packages cannot be asked; the message says why."""


def debian_program(name: str, *, libraries: Sequence[str] = ()) -> Path:
    """The program of this name: the one on the PATH, else the one in Debian's package of that name, with
    the packages of its libraries beside it (`libraries_of`). Raises CannotBeHad.
    """
    if there := shutil.which(name):
        return Path(there)
    folder = cache_folder().parent / "debian" / name
    found = [path for path in folder.glob(f"usr/*bin/{name}") if path.is_file()]
    if not found:
        for package in (*libraries, name):
            _unpack(package, folder)
        found = [path for path in folder.glob(f"usr/*bin/{name}") if path.is_file()]
    return found[0]


def libraries_of(program: Path) -> str:
    """Where a program that was unpacked finds the libraries unpacked with it: LD_LIBRARY_PATH."""
    return ":".join(map(str, program.parents[2].glob("usr/lib/*-linux-gnu")))


def _unpack(package: str, into: Path) -> None:
    if shutil.which("apt-get") is None:
        raise CannotBeHad(f"{package} is not installed, and this is no Debian: install it")
    into.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        for command in (
            ["apt-get", "-q", "download", package],
            ["sh", "-c", f"dpkg -x *.deb '{into}'"],
        ):
            ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
            if ran.returncode:
                raise CannotBeHad(f"{' '.join(command)}: {(ran.stderr or ran.stdout)[-1000:]}")
