"""The house on a real Docker engine: `make compose-test`. It takes minutes, so it is no part of
`make test`; asked for, it fails where there is no engine and none can be started."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.compose.engine import Engine, NoEngine, engine
from tests.compose.images import ROOT, base_images, own_image

collect_ignore_glob = [] if os.environ.get("ZHIDAI_COMPOSE") else ["test_*.py"]
UNAVAILABLE = 69
"""The exit code where there is no engine: sysexits' EX_UNAVAILABLE."""
NOW = "zhidai:now"
LOG = Path(os.environ.get("ZHIDAI_COMPOSE_LOG", ROOT / ".zhidai" / "compose-test" / "run.log"))


@pytest.fixture(scope="session")
def docker() -> Iterator[Engine]:
    """An engine with the images that our files name, and our own of this tree as `zhidai:now`."""
    try:
        with engine(LOG) as found:
            base_images(found)
            own_image(found, NOW)
            yield found
    except NoEngine as error:
        pytest.exit(f"compose-test needs a Docker engine: {error}", returncode=UNAVAILABLE)
