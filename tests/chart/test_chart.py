"""The chart renders what Kubernetes takes, what its strictest policy lets run, and what our settings read."""

import copy
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deploy.certificates import Authority
from tests.chart.pod_security import breaches
from tests.chart.rendered import CHART, KUBERNETES, PRODUCTION, ROOT, helm, objects, pods, validator
from tests.chart.rendered import template as rendered
from tests.deploy.test_compose import SETTINGS, strangers
from tests.go_programs import HELM
from tests.risk_pool.core.test_signing_settings import written

SECRETS = {
    "APPLICATIONS_DATABASE_URL": "applications",
    "RISK_POOL_DATABASE_URL": "risk_pool",
    "NOTIFICATIONS_DATABASE_URL": "notifications",
    "CONSOLE_DATABASE_URL": "console",
}
FROM_OUTSIDE = {
    "AWS_REGION", "AWS_ENDPOINT", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
}  # fmt: skip
"""Variables of the S3 store's own."""

pytestmark = pytest.mark.timeout(1200)


@pytest.fixture(scope="module")
def production() -> str:
    made = rendered()
    assert made.returncode == 0, made.stderr
    return made.stdout


@pytest.fixture(scope="module")
def found(production: str) -> list[dict[str, Any]]:
    return objects(production)


def environment(pod: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """A pod's variables by name; none twice."""
    (container,) = pod["containers"]
    names = [one["name"] for one in container.get("env", ())]
    assert len(names) == len(set(names)), names
    return {one["name"]: one for one in container.get("env", ())}


@pytest.mark.program("Helm", does="lints the chart")
def test_helm_finds_nothing_to_mend(record_property: Callable[[str, object], None]):
    record_property("version", HELM.version)
    said = helm("lint", "--strict", str(CHART), "--values", str(PRODUCTION),
                "--kube-version", KUBERNETES)  # fmt: skip
    assert said.returncode == 0, said.stdout


def test_without_values_one_message_names_what_has_to_be_said():
    said = rendered(values=None)
    assert said.returncode != 0
    for place in (
        "/image/repository", "/console/publicUrl", "/identity/issuer", "/kafka/bootstrapServers",
        "/applications/documents",
    ):  # fmt: skip
        assert f"'{place}'" in said.stderr, place


@pytest.mark.parametrize(
    "wrong",
    ["image.tag=latest", "image.digest=sha256:12", "console.publicUrl=http://pool.example.cn",
     "backup.claim=", "tls.certificate=x", "environment=prod", "kafka.mechanism=OAUTHBEARER",
     "console.session.hours=13", "console.ownerSecret="],
)  # fmt: skip
def test_a_value_that_would_not_work_is_refused_before_anything_is_changed(wrong: str):
    assert rendered("--set", wrong).returncode != 0


@pytest.mark.program("Kubernetes' schemas", version="1.28, 1.34, 1.37", does="take every object")
@pytest.mark.parametrize("version", ["1.28", "1.34", "1.37"])
def test_kubernetes_takes_every_object(found: list[dict[str, Any]], version: str):
    kubernetes = validator()
    for one in found:
        kubernetes.validate(one, version, strict=True)
    wrong = copy.deepcopy(next(one for one in found if one["kind"] == "Deployment"))
    wrong["spec"]["replica"] = wrong["spec"].pop("replicas")
    with pytest.raises(kubernetes.ValidationError):
        kubernetes.validate(wrong, version, strict=True)


def test_every_pod_may_run_under_the_strictest_policy(found: list[dict[str, Any]]):
    running = list(pods(found))
    assert len(running) == 12  # 4 deployments, 6 jobs before them, 2 by time
    for name, pod in running:
        assert list(breaches(pod)) == [], name
        assert all(one["resources"]["limits"]["memory"] for one in pod["containers"]), name
        tls = next(one for one in pod["volumes"] if one["name"] == "tls")
        assert (
            tls["secret"]["defaultMode"] == 0o440
        )  # for its group to read, as YAML writes it: 288
    pod = copy.deepcopy(running[0][1])
    pod["containers"][0]["securityContext"] = {}
    pod["volumes"].append({"name": "host", "hostPath": {"path": "/"}})
    assert len(list(breaches(pod))) == 4, "that guard can fail"


def test_our_image_is_named_by_its_digest(found: list[dict[str, Any]]):
    images = {one["image"] for _, pod in pods(found) for one in pod["containers"]}
    assert {image for image in images if "@sha256:" not in image} == {"postgres:18"}
    by_tag = rendered("--set", "image.digest=").stdout
    assert "image: registry.example.cn/zhidai:0.1.0\n" in by_tag


@pytest.mark.parametrize("name", SETTINGS)
def test_a_deployment_sets_only_what_its_settings_read(found: list[dict[str, Any]], name: str):
    running = dict(pods(found))
    variables = environment(running[f"Deployment zhidai-{name}"])
    assert strangers(SETTINGS[name], dict.fromkeys(variables.keys() - FROM_OUTSIDE, "")) == []


def test_no_secret_is_written_into_an_object_and_none_is_seen_by_another_process(
    found: list[dict[str, Any]],
):
    assert not [one for one in found if one["kind"] == "Secret"]
    seen: dict[str, set[str]] = {}
    for name, pod in pods(found):
        for variable, one in environment(pod).items():
            secret = any(
                word in variable for word in ("PASSWORD", "SECRET", "DATABASE_URL", "KEYS")
            )
            if secret and not variable.endswith(("_FILE", "_TOKEN_KEYS")):
                assert "secretKeyRef" in one["valueFrom"], (name, variable)
            if "valueFrom" in one and name.startswith("Deployment"):
                seen.setdefault(one["valueFrom"]["secretKeyRef"]["name"], set()).add(name)
    assert len(seen) == 4 and all(len(names) == 1 for names in seen.values()), seen


def test_the_first_job_finds_the_settings_of_all_processes_in_order(
    found: list[dict[str, Any]], tmp_path: Path
):
    """What the job would say with the secrets there: nothing."""
    said, before = checked(found, tmp_path)
    assert said.returncode == 0 and not said.stderr, said.stderr
    before.pop("NOTIFICATIONS_ENCRYPTION_KEYS")
    assert run_check(before).returncode == 78, "that guard can fail"


def checked(
    found: list[dict[str, Any]], folder: Path
) -> tuple[subprocess.CompletedProcess[str], dict[str, str]]:
    pod = dict(pods(found))["Job zhidai-check-settings"]
    authority = Authority(folder / "trust")
    certificate, key = authority.issue("tls", ["zhidai-applications"])
    (folder / "tls").mkdir()
    certificate.rename(folder / "tls" / "tls.crt")
    key.rename(folder / "tls" / "tls.key")
    (folder / "signing").mkdir()
    pkcs12, passphrase = written(folder / "signing").values()
    Path(pkcs12).rename(folder / "signing" / "signing.p12")
    Path(passphrase).rename(folder / "signing" / "signing.passphrase")
    variables = {"PATH": os.environ["PATH"]}
    for name, one in environment(pod).items():
        if one.get("valueFrom", {}).get("secretKeyRef", {}).get("optional"):
            continue
        value = one.get("value") or secret_of(name, folder)
        variables[name] = value.replace("/certificates/", f"{folder}/")
    return run_check(variables), variables


def secret_of(name: str, folder: Path) -> str:
    if database := SECRETS.get(name):
        tls = f"sslmode=verify-full&sslrootcert={folder}/trust/ca.pem"
        return f"postgresql://{database}:of-its-own@db.example.cn/{database}?{tls}"
    if name == "NOTIFICATIONS_ENCRYPTION_KEYS":
        return "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
    return f"of-its-own-{name.lower()}-0123456789abcdef"


def run_check(variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "zhidai.cli", "check-settings"], cwd=ROOT, env=variables,
        capture_output=True, text=True,
    )  # fmt: skip


def test_the_broker_is_shown_tokens_where_they_are_got_and_by_https_alone():
    by_token = ("--set", "kafka.mechanism=OAUTHBEARER,kafka.rights.enabled=true", "--set")
    url = "https://id.example.cn/realms/zhidai/protocol/openid-connect/token"

    running = dict(pods(objects(rendered(*by_token, f"kafka.tokenUrl={url}").stdout)))

    told = {
        name: one["value"]
        for pod in running.values()
        for name, one in environment(pod).items()
        if name.endswith("KAFKA_TOKEN_URL")
    }
    services = ("APPLICATIONS_", "RISK_POOL_", "NOTIFICATIONS_", "")
    assert told == {f"{prefix}KAFKA_TOKEN_URL": url for prefix in services}
    assert rendered(*by_token, "kafka.tokenUrl=http://id.example.cn/token").returncode != 0


def test_databases_change_before_anything_else_does_and_after_the_settings_were_looked_at(
    found: list[dict[str, Any]],
):
    hooks = {
        one["metadata"]["name"]: int(one["metadata"]["annotations"]["helm.sh/hook-weight"])
        for one in found
        if one["kind"] == "Job"
    }
    assert all(
        one["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
        for one in found
        if one["kind"] == "Job"
    )
    first, *rest = sorted(hooks, key=hooks.__getitem__)
    assert first == "zhidai-check-settings" and rest[-1] == "zhidai-kafka-rights"
    assert sum("migrate" in name for name in rest) == 4


def test_a_version_changes_and_a_node_is_emptied_with_a_replica_always_left(
    found: list[dict[str, Any]],
):
    deployments = [one["spec"] for one in found if one["kind"] == "Deployment"]
    budgets = [one["spec"] for one in found if one["kind"] == "PodDisruptionBudget"]
    assert len(deployments) == len(budgets) == 4
    for spec in deployments:
        assert spec["replicas"] >= 2
        assert spec["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
        (container,) = spec["template"]["spec"]["containers"]
        assert {"startupProbe", "livenessProbe", "readinessProbe"} <= container.keys()
        labels = spec["selector"]["matchLabels"]
        assert labels.items() <= spec["template"]["metadata"]["labels"].items()
        assert labels in [budget["selector"]["matchLabels"] for budget in budgets]
    assert all(budget["maxUnavailable"] == 1 for budget in budgets)


def test_the_network_is_closed_and_opened_for_whom_it_must(found: list[dict[str, Any]]):
    policies = {
        one["metadata"]["name"]: one["spec"] for one in found if one["kind"] == "NetworkPolicy"
    }
    closed = policies["zhidai-closed"]
    assert closed["policyTypes"] == ["Ingress", "Egress"] and "ingress" not in closed
    covered = closed["podSelector"]["matchLabels"].items()
    for one in found:
        spec = one.get("spec", {})
        spec = spec.get("jobTemplate", {}).get("spec", spec)
        if "template" in spec:
            assert covered <= spec["template"]["metadata"]["labels"].items(), one["metadata"][
                "name"
            ]
    (let_in,) = policies["zhidai-risk-pool"]["ingress"]
    who = [next(iter(one)) for one in let_in["from"]]
    assert who == ["podSelector", "namespaceSelector", "namespaceSelector"]
    assert (
        let_in["from"][0]["podSelector"]["matchLabels"]["app.kubernetes.io/component"] == "console"
    )
