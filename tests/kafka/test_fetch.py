"""An altered jar is refused, and a folder has exactly what was locked."""

from hashlib import sha256
from pathlib import Path

import pytest

from deploy.kafka.fetch import LOCK, KafkaNotAvailable, jars, read_lock


@pytest.fixture
def locked(tmp_path: Path) -> tuple[Path, Path, Path]:
    """A lock of two jars, a cache, and the folder where they were put."""
    lock, cache = tmp_path / "jars.sha256", tmp_path / "cache"
    contents = {"a.jar": b"first", "b.jar": b"second"}
    lock.write_text("".join(f"{sha256(b).hexdigest()}  {n}\n" for n, b in contents.items()))
    folder = cache / f"jars-{sha256(lock.read_bytes()).hexdigest()[:12]}"
    folder.mkdir(parents=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return lock, cache, folder


def test_the_lock_names_kafka_and_the_logger_it_needs():
    names = read_lock(LOCK)

    assert "kafka_2.13-4.3.0.jar" in names
    assert "slf4j-simple-1.7.36.jar" in names
    assert all(len(digest) == 64 for digest in names.values())


def test_what_is_as_it_was_locked_is_taken_from_the_cache(locked):
    lock, cache, folder = locked

    assert jars(lock=lock, cache=cache) == folder


def test_a_jar_with_one_byte_changed_is_refused_by_name(locked):
    lock, cache, folder = locked
    (folder / "b.jar").write_bytes(b"sEcond")

    with pytest.raises(KafkaNotAvailable, match=r"altered: b\.jar"):
        jars(lock=lock, cache=cache)


def test_a_missing_jar_is_refused_by_name(locked):
    lock, cache, folder = locked
    (folder / "a.jar").unlink()

    with pytest.raises(KafkaNotAvailable, match=r"a\.jar"):
        jars(lock=lock, cache=cache)


def test_a_jar_that_nobody_locked_is_refused_by_name(locked):
    lock, cache, folder = locked
    (folder / "c.jar").write_bytes(b"third")

    with pytest.raises(KafkaNotAvailable, match=r"c\.jar"):
        jars(lock=lock, cache=cache)
