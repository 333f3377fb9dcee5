"""What every product must do: its fact fits together, and fits the techniques, I/O paths and schedulers it names."""

from __future__ import annotations

import pytest

from vinfra import facts
from vinfra.compute.scheduling.scheduler import schedulers
from vinfra.errors import Refused
from vinfra.hardware.processor import Processor
from vinfra.hypervisors.guest import Guest
from vinfra.hypervisors.io_path import io_paths
from vinfra.hypervisors.product import Product, choose, path
from vinfra.hypervisors.technique import techniques

PROCESSORS = {name: facts.load("processors", name, Processor) for name in facts.names("processors")}


@pytest.fixture(params=facts.names("products"))
def product(request: pytest.FixtureRequest) -> Product:
    found: Product = facts.load("products", request.param, Product)
    return found


def test_it_names_techniques_that_exist_once_each(product: Product) -> None:
    assert len(set(product.techniques)) == len(product.techniques)
    assert set(product.techniques) <= set(techniques)
    for named in (product.needs, product.guests_bits, product.settings, product.kernels):
        assert set(named) <= set(product.techniques)


def test_its_techniques_take_the_parameters_it_gives_them(product: Product) -> None:
    for name, settings in product.settings.items():
        technique = techniques[name].model_validate(settings)
        assert technique != techniques[name](), "a setting that is the default says nothing"


def test_every_technique_runs_some_guest_on_some_processor(product: Product) -> None:
    """A rule that leaves nothing is a mistake in the rule; `wanted` asks for one technique at a time."""
    platforms = [(processor, bits) for processor in PROCESSORS.values() for bits in (32, 64)]
    for name in product.techniques:
        assert any(_runs(product, processor, bits, name) for processor, bits in platforms), name


def _runs(product: Product, processor: Processor, bits: int, wanted: str) -> bool:
    try:
        return choose(product, processor, Guest(bits=bits), wanted).name == wanted
    except Refused:
        return False


def test_its_paths_exist_and_drivers_made_for_it_have_one_that_wants_them(product: Product) -> None:
    for drivers, name in ((False, product.io_path), (True, product.drivers_io_path)):
        if name is None:
            with pytest.raises(Refused, match=r"has no drivers|emulates no devices"):
                path(product, drivers)
        else:
            assert path(product, drivers).name == name
    if product.drivers_io_path not in (None, product.io_path):
        assert io_paths[str(product.drivers_io_path)].drivers
    if product.io_path is not None:
        assert not io_paths[product.io_path].drivers


def test_a_kernel_is_changed_exactly_where_the_technique_has_an_interface(product: Product) -> None:
    for name in product.techniques:
        kernel, interface = product.kernel(name), techniques[name].interface
        assert kernel.modified == bool(interface), name
        if interface:
            assert kernel.interface.rsplit("-", 1)[0] == interface, "the technique's, with its version"
            assert kernel.guests
        else:
            assert not kernel.interface and kernel.one_binary_with_native
    assert sorted(product.modified_guests) == sorted(name for name in product.techniques if techniques[name].interface)


def test_its_scheduler_takes_the_parameters_it_gives_it(product: Product) -> None:
    if product.scheduler not in schedulers:
        assert product.scheduler_settings == {}
        return
    scheduler = schedulers[str(product.scheduler)].model_validate(product.scheduler_settings)
    assert (scheduler.ple_window > 0) == product.has("pause-loop-exiting")


def test_its_editions_carry_what_the_release_can_do_and_one_carries_it_all(product: Product) -> None:
    assert len(set(product.features)) == len(product.features) and product.features == sorted(product.features)
    for edition in product.editions.values():
        assert set(edition.features) <= set(product.features)
        assert edition.features == sorted(set(edition.features))
    if product.editions:
        largest = max(product.editions.values(), key=lambda edition: len(edition.features))
        assert set(largest.features) == set(product.features)


def test_what_it_can_do_agrees_with_what_it_has(product: Product) -> None:
    assert product.has("nested-virtualization") == ("nested-virtualization" in product.techniques)
    if product.title != "Bare hardware, no hypervisor":
        assert product.has("virtual-smp") == ((product.max_vcpus or 2) > 1)
        assert product.vendor and product.released and product.scheduler
    if product.hosted:
        assert product.scheduler == "host"
    if product.has("storage-drs") or product.has("drs") or product.has("dpm"):
        assert product.has("live-migration")


def test_a_vm_is_no_larger_than_its_host(product: Product) -> None:
    if product.max_vm_memory and product.max_host_memory:
        assert product.max_vm_memory <= product.max_host_memory
