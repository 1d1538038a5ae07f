"""The Pod Security Standard `restricted` (Kubernetes), as far as our pods have what it speaks of."""

from collections.abc import Iterator
from typing import Any

_VOLUMES = {
    "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim",
    "projected", "secret",
}  # fmt: skip


def breaches(pod: dict[str, Any]) -> Iterator[str]:
    """What the standard would refuse the pod for, and two wishes of the house beyond it: a root file
    system that nobody writes, and no token of the cluster's."""
    whole = pod.get("securityContext", {})
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.get(name):
            yield name
    for volume in pod.get("volumes", ()):
        if kinds := volume.keys() - {"name"} - _VOLUMES:
            yield f"volume of {', '.join(kinds)}"
    for container in (*pod.get("initContainers", ()), *pod["containers"]):
        own = container.get("securityContext", {})
        if own.get("allowPrivilegeEscalation") is not False or own.get("privileged"):
            yield "may gain privileges"
        capabilities = own.get("capabilities", {})
        if "ALL" not in capabilities.get("drop", ()):
            yield "keeps capabilities"
        if set(capabilities.get("add", ())) - {"NET_BIND_SERVICE"}:
            yield "adds capabilities"
        if own.get("runAsNonRoot", whole.get("runAsNonRoot")) is not True:
            yield "may run as root"
        if own.get("runAsUser", whole.get("runAsUser")) in (None, 0):
            yield "runs as root"
        profile = own.get("seccompProfile", whole.get("seccompProfile", {}))
        if profile.get("type") not in ("RuntimeDefault", "Localhost"):
            yield "no seccomp profile"
        if any(port.get("hostPort") for port in container.get("ports", ())):
            yield "a port of the host's"
        if own.get("readOnlyRootFilesystem") is not True:
            yield "writes its root file system"
    if pod.get("automountServiceAccountToken") is not False:
        yield "a token of the cluster's"
