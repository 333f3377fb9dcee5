"""The truth table of LUN identity: what happens to a LUN, by what it is known again, and what hosts make of it."""

from __future__ import annotations

from typing import get_args

import pytest

from vinfra.storage.identity import (
    Found,
    Identity,
    IdentityPolicy,
    NotFound,
    cloned,
    lun_identities,
    renumbered,
    replicated,
    scsi_mode_changed,
)
from vinfra.storage.volumes import Unresolved, mounted, resolved

KNOWN = Identity(11, "array1:vmfs2", "naa.array1.vmfs2", "vmfs:vmfs2")
OTHER = Identity(10, "array1:vmfs1", "naa.array1.vmfs1", "vmfs:vmfs1")
RIGHT, WRONG, NONE, TWO = "the right LUN", "another LUN", "no LUN", "two LUNs"

# What a proxy sees after each event, the LUN that was meant first.
EVENTS = {
    "nothing": (KNOWN, OTHER),
    "renumbered": (renumbered(KNOWN, 21), OTHER),
    "exchanged": (renumbered(KNOWN, 10), renumbered(OTHER, 11)),
    "cloned": (KNOWN, OTHER, cloned(KNOWN, 12)),
    "cloned, and the original is another": (renumbered(scsi_mode_changed(KNOWN), 30), OTHER, cloned(KNOWN, 12)),
    "replicated": (replicated(KNOWN), OTHER),
    "scsi-mode": (scsi_mode_changed(KNOWN), OTHER),
}
TABLE = {  # event -> by number, by serial, by signature
    "nothing": (RIGHT, RIGHT, RIGHT),
    "renumbered": (NONE, RIGHT, RIGHT),
    "exchanged": (WRONG, RIGHT, RIGHT),
    "cloned": (RIGHT, RIGHT, RIGHT),
    "cloned, and the original is another": (NONE, NONE, TWO),
    "replicated": (RIGHT, NONE, RIGHT),
    "scsi-mode": (RIGHT, NONE, RIGHT),
}
POLICIES = ("lun-id", "serial", "vmfs-signature")
SAID = {"lun-id": "number 11", "serial": "serial array1:vmfs2", "vmfs-signature": "signature vmfs:vmfs2"}
CHOICES: tuple[Unresolved, ...] = ("ignored", "as-is", "resignatured")
RESIGNATURED = {  # event -> by number, by serial, by signature, once hosts have given a new one to what is not resolved
    "nothing": (RIGHT, RIGHT, RIGHT),
    "renumbered": (NONE, RIGHT, NONE),
    "exchanged": (WRONG, RIGHT, NONE),
    "cloned": (RIGHT, RIGHT, RIGHT),
    "cloned, and the original is another": (NONE, NONE, NONE),
    "replicated": (RIGHT, NONE, NONE),
    "scsi-mode": (RIGHT, NONE, NONE),
}
STAYS_UP = {"nothing", "cloned"}  # events after which hosts that ignore what is not resolved still have the LUN


def outcome(policy: IdentityPolicy, visible: tuple[Identity, ...]) -> str:
    found = policy.find(KNOWN, visible)
    if isinstance(found, NotFound):
        return TWO if "2 LUNs" in found.reason else NONE
    return RIGHT if found == Found(0) else WRONG


@pytest.mark.parametrize("event", TABLE)
@pytest.mark.parametrize("unresolved", CHOICES)
def test_a_lun_is_found_as_the_table_says(event: str, unresolved: Unresolved) -> None:
    """A proxy looks at LUNs itself, so what hosts ignore is there for it as it is."""
    looked = tuple(_looked_at(one, unresolved) for one in EVENTS[event])
    expected = RESIGNATURED if unresolved == "resignatured" else TABLE
    assert tuple(outcome(lun_identities[name](), looked) for name in POLICIES) == expected[event]


@pytest.mark.parametrize("event", TABLE)
@pytest.mark.parametrize("unresolved", CHOICES)
def test_hosts_that_ignore_a_lun_lose_what_is_on_it(event: str, unresolved: Unresolved) -> None:
    up = mounted(KNOWN, EVENTS[event][0], unresolved) is not None
    assert up is (unresolved != "ignored" or event in STAYS_UP)


def test_a_clone_that_is_seen_alone_is_taken_for_the_lun_by_its_signature() -> None:
    """It cannot be told from a replica: the one outcome of this policy that nobody notices."""
    alone = (OTHER, cloned(KNOWN, 12))
    assert [outcome(lun_identities[name](), alone) for name in POLICIES] == [NONE, NONE, WRONG]


def test_the_table_knows_every_event_and_what_hosts_may_do() -> None:
    assert EVENTS.keys() == TABLE.keys() == RESIGNATURED.keys()
    assert set(CHOICES) == set(get_args(Unresolved))


def test_every_policy_is_in_the_table() -> None:
    assert set(lun_identities.names()) == set(POLICIES)


@pytest.mark.parametrize("name", POLICIES)
def test_who_finds_nothing_says_what_was_looked_for(name: str) -> None:
    found = lun_identities[name]().find(KNOWN, ())
    assert isinstance(found, NotFound)
    assert found.reason == f"no LUN with {SAID[name]} is visible"


def _looked_at(now: Identity, unresolved: Unresolved) -> Identity:
    written = OTHER if now.signature == OTHER.signature else KNOWN
    return mounted(written, now, unresolved) or now


@pytest.mark.parametrize(
    ("now", "same"),
    [
        (KNOWN, True),
        (renumbered(KNOWN, 21), False),
        (replicated(KNOWN), False),
        (scsi_mode_changed(KNOWN), False),
        (cloned(KNOWN, 12), False),
    ],
)
def test_hosts_know_a_lun_by_number_and_serial_together(now: Identity, same: bool) -> None:
    assert resolved(KNOWN, now) is same
    assert mounted(KNOWN, now, "as-is") == now
    assert (mounted(KNOWN, now, "ignored") is None) is not same
    again = mounted(KNOWN, now, "resignatured")
    assert again is not None and (again.signature == KNOWN.signature) is same
