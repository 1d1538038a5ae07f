"""Programs of Debian's packages, unpacked beside the other fetched parts: nothing is installed."""

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.kafka.fetch import cache_folder


class CannotBeHad(RuntimeError):
    """The program is not on this machine, and Debian's packages cannot be asked; the message says why."""


def debian_program(name: str) -> Path:
    """The program of this name: the one on the PATH, else the one in Debian's package of that name.

    Raises CannotBeHad.
    """
    if there := shutil.which(name):
        return Path(there)
    folder = cache_folder().parent / "debian" / name
    found = [path for path in folder.glob(f"usr/*bin/{name}") if path.is_file()]
    if not found:
        _unpack(name, folder)
        found = [path for path in folder.glob(f"usr/*bin/{name}") if path.is_file()]
    return found[0]


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
