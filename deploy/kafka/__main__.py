"""`python -m deploy.kafka`: a real Apache Kafka on this machine until Ctrl-C."""

import argparse
import os
import signal
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

from deploy.kafka.broker import KafkaCluster
from deploy.kafka.fetch import KafkaNotAvailable, write_lock


def main() -> int:
    """Start, say where, wait, stop."""
    parser = argparse.ArgumentParser(prog="python -m deploy.kafka", description=__doc__)
    parser.add_argument("--brokers", type=int, choices=(1, 3), default=1)
    parser.add_argument("--folder", type=Path, help="keeps data and ports")
    parser.add_argument("--follow", type=int, help="stop when the process with this id is gone")
    parser.add_argument("--ready-file", type=Path, help="write the bootstrap address here")
    parser.add_argument("--lock", action="store_true", help="write jars.sha256 anew, and end")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        if given.lock:
            write_lock()
            return 0
        with (
            TemporaryDirectory(prefix="zhidai-kafka-") as temporary,
            KafkaCluster(_folder(given, temporary), brokers=given.brokers) as kafka,
        ):
            print(f"KAFKA_BOOTSTRAP_SERVERS={kafka.bootstrap_servers}", flush=True)
            print(f"Logs and data: {kafka.folder}. Ctrl-C stops it.", file=sys.stderr, flush=True)
            if given.ready_file:
                _write_whole(given.ready_file, kafka.bootstrap_servers)
            while given.follow is None or _lives(given.follow):
                time.sleep(0.5)
    except KafkaNotAvailable as error:
        if given.ready_file:
            _write_whole(given.ready_file, f"!{error}")
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    return 0


def _folder(given: argparse.Namespace, temporary: str) -> Path:
    """Where data is kept. Whoever follows a process, such as a test run, keeps nothing."""
    if given.folder:
        return Path(given.folder).absolute()
    if given.follow:
        return Path(temporary) / "brokers"
    return (Path(".zhidai") / f"kafka-{given.brokers}").absolute()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def _write_whole(path: Path, text: str) -> None:
    """So that nobody reads half of it."""
    half = path.with_suffix(".half")
    half.write_text(text)
    half.rename(path)


sys.exit(main())
