"""The RayJob of docs/kuberay is one that KubeRay takes and whose command vinfra takes; images, health checks and paths
in it agree with each other and with the code."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml

from actors.connect import HEALTH
from vinfra.cli import parser
from vinfra.document import parse
from vinfra.scenario.check import check
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.points import rows

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "kuberay"

# Fields as KubeRay's reference has them (docs/reference/api.md; authOptions since 1.5.1).
JOB = {
    "activeDeadlineSeconds", "backoffLimit", "clusterSelector", "deletionStrategy", "entrypoint", "entrypointNumCpus",
    "entrypointNumGpus", "entrypointResources", "jobId", "managedBy", "metadata", "rayClusterSpec", "runtimeEnvYAML",
    "shutdownAfterJobFinishes", "submissionMode", "submitterConfig", "submitterPodTemplate", "suspend",
    "ttlSecondsAfterFinished",
}  # fmt: skip
CLUSTER = {
    "authOptions", "autoscalerOptions", "enableInTreeAutoscaling", "gcsFaultToleranceOptions", "headGroupSpec",
    "headServiceAnnotations", "managedBy", "rayVersion", "suspend", "workerGroupSpecs",
}  # fmt: skip
HEAD = {"template", "headService", "enableIngress", "rayStartParams", "serviceType"}
WORKERS = {
    "groupName", "idleTimeoutSeconds", "maxReplicas", "minReplicas", "numOfHosts", "rayStartParams", "replicas",
    "scaleStrategy", "suspend", "template",
}  # fmt: skip


@pytest.fixture(scope="module")
def documents() -> dict[str, dict[str, Any]]:
    """What is applied, by kind."""
    return {one["kind"]: one for one in yaml.safe_load_all((FOLDER / "rayjob.yaml").read_text())}


@pytest.fixture(scope="module")
def job(documents: dict[str, Any]) -> Any:
    assert documents["RayJob"]["apiVersion"] == "ray.io/v1"
    return documents["RayJob"]["spec"]


def groups(job: Any) -> list[Any]:
    cluster = job["rayClusterSpec"]
    return [cluster["headGroupSpec"], *cluster["workerGroupSpecs"]]


def containers(job: Any) -> list[Any]:
    return [container for group in groups(job) for container in group["template"]["spec"]["containers"]]


def test_its_fields_are_those_of_the_reference(job: Any) -> None:
    cluster = job["rayClusterSpec"]
    assert set(job) <= JOB and set(cluster) <= CLUSTER and set(cluster["headGroupSpec"]) <= HEAD
    for group in groups(job):
        assert all(isinstance(value, str) for value in group["rayStartParams"].values())
    for group in cluster["workerGroupSpecs"]:
        assert set(group) <= WORKERS
        assert 1 <= group["minReplicas"] <= group["replicas"] <= group["maxReplicas"]


def test_all_have_one_version_of_ray_which_the_package_allows(job: Any) -> None:
    version = job["rayClusterSpec"]["rayVersion"]
    images = {container["image"] for container in containers(job)}
    assert images == {f"vinfra:ray{version}"}
    dockerfile = (FOLDER / "Dockerfile").read_text()
    assert f"FROM rayproject/ray:{version}-py3" in dockerfile and f"--tag vinfra:ray{version} " in dockerfile
    [pinned] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]["ray"]
    least, below = re.fullmatch(r"ray>=([\d.]+),<([\d.]+)", pinned).groups()  # type: ignore[union-attr]
    assert numbers(least) <= numbers(version) < numbers(below)


def numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def test_its_command_is_one_of_vinfra(job: Any, documents: dict[str, Any]) -> None:
    program, *arguments = shlex.split(job["entrypoint"])
    given = parser().parse_args(arguments)
    assert (program, given.verb, given.on, given.address) == ("vinfra", "run", "ray", None)
    pod = job["rayClusterSpec"]["headGroupSpec"]["template"]["spec"]
    mounted = {PurePosixPath(mount["mountPath"]): mount["name"] for mount in pod["containers"][0]["volumeMounts"]}
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    question = PurePosixPath(given.file)
    assert volumes[mounted[question.parent]]["configMap"]["name"] == documents["ConfigMap"]["metadata"]["name"]
    assert question.name in documents["ConfigMap"]["data"]
    claim = volumes[mounted[PurePosixPath(given.out).parent]]["persistentVolumeClaim"]["claimName"]
    assert claim == documents["PersistentVolumeClaim"]["metadata"]["name"]


def test_it_has_an_actor_for_each_processor(job: Any) -> None:
    [group] = job["rayClusterSpec"]["workerGroupSpecs"]
    [container] = group["template"]["spec"]["containers"]
    given = parser().parse_args(shlex.split(job["entrypoint"])[1:])
    assert given.actors == group["replicas"] * int(container["resources"]["limits"]["cpu"])
    assert job["rayClusterSpec"]["headGroupSpec"]["rayStartParams"]["num-cpus"] == "0"


def test_its_question_is_fine(documents: dict[str, Any]) -> None:
    for name, text in documents["ConfigMap"]["data"].items():
        document = parse(text, name)
        checked = check(document, Inputs())
        assert not checked.refused and len(rows(document)) * checked.stopping.at_least >= 1000


def test_every_container_has_limits_that_are_its_requests(job: Any) -> None:
    for container in containers(job):
        assert set(container["resources"]["limits"]) == {"cpu", "memory"}
        assert container["resources"]["limits"] == container["resources"]["requests"]


def test_tokens_are_on_usage_reports_off_and_health_checks_as_measured(job: Any) -> None:
    assert job["rayClusterSpec"]["authOptions"] == {"mode": "token"}
    said = [{one["name"]: one["value"] for one in container["env"]} for container in containers(job)]
    assert all(one["RAY_USAGE_STATS_ENABLED"] == "0" for one in said)
    assert HEALTH.items() <= said[0].items()


def test_the_page_on_clusters_says_the_same() -> None:
    page = (ROOT / "docs" / "cluster.md").read_text()
    for name, value in HEALTH.items():
        assert f"{name}={value}" in page
