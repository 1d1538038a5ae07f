"""The Helm chart as Helm renders it: `make chart-test`. Helm and kubeconform are built from Go
modules, which takes minutes, so these tests are no part of `make test`."""

import os

collect_ignore_glob = [] if os.environ.get("ZHIDAI_CHART") else ["test_*.py"]
