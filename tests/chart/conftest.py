"""The Helm chart as Helm renders it: `make chart-test`. Helm is built from a Go module, which takes
minutes, so these tests are no part of `make test`."""

import os

collect_ignore_glob = [] if os.environ.get("ZHIDAI_CHART") else ["test_*.py"]
