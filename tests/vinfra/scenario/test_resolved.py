"""Every value has an origin and every number a source."""

from __future__ import annotations

from vinfra.document import parse
from vinfra.scenario.load import resolve
from vinfra.scenario.resolved import lines, sources

LAB = """\
scenario: lab
question: Where from?
hosts:
  h1: {server: hp-proliant-ml110-g5}
vms:
  v: {workload: kernel-build}
workload: {trace: planetlab}
"""


def test_sources_name_every_fact_that_is_used_and_no_other() -> None:
    found = sources([resolve(parse(LAB, "lab.yaml"))], [("techniques", "nested-paging")])
    assert {(source.kind, source.name) for source in found} == {
        ("processors", "xeon-3075"),
        ("products", "none"),
        ("servers", "hp-proliant-ml110-g5"),
        ("techniques", "nested-paging"),
        ("traces", "planetlab"),
        ("workloads", "kernel-build"),
    }
    assert all(source.citation and source.tag for source in found)


def test_a_recording_needs_no_statistics() -> None:
    recorded = LAB.replace("{trace: planetlab}", "{trace: planetlab, path: day}")
    assert "traces" not in {source.kind for source in sources([resolve(parse(recorded, "lab.yaml"))], [])}


def test_each_value_is_printed_with_where_it_was_written() -> None:
    printed = {line.split(":")[0]: line.split("#")[1].strip() for line in lines(resolve(parse(LAB, "lab.yaml")))}
    assert printed["question"] == "lab.yaml:2:1"
    assert printed["hosts.h1.server"] == "lab.yaml:4:8"
    assert printed["hosts.h1.server.memory"].startswith("vinfra/facts/servers/hp-proliant-ml110-g5.yaml:")
    assert printed["vms.v.vcpus"] == "default"
    assert printed["workload.trace"] == "lab.yaml:7:12"


def test_terms_of_a_cluster_are_printed_wherever_hosts_are_managed_and_nowhere_else() -> None:
    def terms(more: str) -> dict[str, str]:
        printed = lines(resolve(parse(LAB + more, "lab.yaml")))
        found = (line.split("#") for line in printed if line.startswith("cluster"))
        return {value.strip(): origin.strip() for value, origin in found}

    assert terms("") == {"cluster: null": "default"}
    unsaid = terms("balancer: {policy: drs}\n")
    assert unsaid["cluster.boot: 5 min"] == unsaid["cluster.standby: 10 W"] == "default"
    assert "cluster: null" not in unsaid
    said = terms("dpm: {}\ncluster: {boot: 2 min}\n")
    assert said["cluster.boot: 2 min"] == "lab.yaml:9:11"
    assert said.keys() - {"cluster.boot: 2 min"} == unsaid.keys() - {"cluster.boot: 5 min"}
