"""What everything registered must do, whoever wrote it: a newcomer's one file comes with these tests."""

from __future__ import annotations

from typing import Any

import pytest

from vinfra import facts
from vinfra.compute.scheduling.behaviour import behaviours
from vinfra.compute.scheduling.scheduler import schedulers
from vinfra.hardware.power_policy import power_policies
from vinfra.hypervisors.licence_unit import licence_units
from vinfra.hypervisors.technique import techniques
from vinfra.metrics.metric import metrics
from vinfra.operations.admission import admissions
from vinfra.operations.clusters.balancer import balancers
from vinfra.operations.clusters.work import works
from vinfra.operations.consolidation.detector import detectors
from vinfra.operations.consolidation.selection import selections
from vinfra.operations.migration import migrations
from vinfra.operations.placement import placements
from vinfra.planning.hosting.packing.heuristic import heuristics
from vinfra.registry import Registry
from vinfra.scenario import catalog
from vinfra.workloads.trace import traces

REGISTRIES: list[Registry[Any]] = [
    admissions,
    balancers,
    behaviours,
    detectors,
    heuristics,
    licence_units,
    migrations,
    placements,
    power_policies,
    schedulers,
    selections,
    techniques,
    traces,
    works,
]
PLUGINS = [(registry, name) for registry in REGISTRIES for name in registry]
FACTS = [(kind, name) for kind in facts.kinds() for name in facts.names(kind)]


@pytest.mark.parametrize(
    ("registry", "name"), PLUGINS, ids=lambda value: value if isinstance(value, str) else value.kind
)
class TestPlugins:
    def test_it_is_named_in_kebab_case_after_its_file(self, registry: Registry[Any], name: str) -> None:
        assert name == name.lower()
        assert registry[name].__module__.rsplit(".", 1)[-1] == name.replace("-", "_")

    def test_it_says_what_it_is_and_where_it_comes_from(self, registry: Registry[Any], name: str) -> None:
        plugin = registry[name]
        assert plugin.__doc__ and len(plugin.__doc__.splitlines()[0]) <= 110
        assert isinstance(plugin.source, str) and plugin.source

    def test_its_parameters_have_defaults_and_descriptions(self, registry: Registry[Any], name: str) -> None:
        plugin = registry[name]
        made = plugin()
        for key, info in plugin.model_fields.items():
            assert info.description, key
            assert getattr(made, key) is not None or info.default is None

    def test_it_refuses_a_parameter_it_does_not_have(self, registry: Registry[Any], name: str) -> None:
        with pytest.raises(ValueError, match="no-such-parameter"):
            registry[name](**{"no-such-parameter": 1})

    def test_a_name_nearly_right_is_suggested(self, registry: Registry[Any], name: str) -> None:
        assert f"did you mean '{name}'?" in registry.unknown(name + "x")


@pytest.mark.parametrize(("kind", "name"), FACTS)
class TestFacts:
    def test_every_value_has_a_source_and_a_tag(self, kind: str, name: str) -> None:
        fact = facts.read_one(kind, name)
        assert fact.data and fact.provenance
        for path, origin in fact.provenance.items():
            assert origin.source.strip(), path
            assert origin.tag in facts.TAGS, path

    def test_it_is_named_in_kebab_case(self, kind: str, name: str) -> None:
        assert name == name.lower() and " " not in name and "_" not in name


@pytest.mark.parametrize("kind", catalog.KINDS)
def test_every_kind_can_be_listed(kind: str) -> None:
    entries = catalog.entries(kind)
    assert [entry.name for entry in entries] == sorted(catalog.names(kind))
    assert all(entry.title for entry in entries)


@pytest.mark.parametrize("column", metrics())
def test_a_metric_carries_its_unit_in_its_name(column: str) -> None:
    found = metrics()[column]
    assert column == (f"{found.name}_{found.unit}" if found.unit else found.name)
    assert found.description and found.better in ("less", "more", "neither")
