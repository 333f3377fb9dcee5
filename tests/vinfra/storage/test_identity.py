"""The truth table of LUN identity: what happens to a LUN, by what it is known again, and what hosts make of it."""

from __future__ import annotations

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
    "cloned, and the original is gone": (renumbered(scsi_mode_changed(KNOWN), 30), OTHER, cloned(KNOWN, 12)),
    "replicated": (replicated(KNOWN), OTHER),
    "scsi-mode": (scsi_mode_changed(KNOWN), OTHER),
}
TABLE = {  # event -> by number, by serial, by signature
    "nothing": (RIGHT, RIGHT, RIGHT),
    "renumbered": (NONE, RIGHT, RIGHT),
    "exchanged": (WRONG, RIGHT, RIGHT),
    "cloned": (RIGHT, RIGHT, RIGHT),
    "cloned, and the original is gone": (NONE, NONE, TWO),
    "replicated": (RIGHT, NONE, RIGHT),
    "scsi-mode": (RIGHT, NONE, RIGHT),
}
POLICIES = ("lun-id", "serial", "vmfs-signature")
RESIGNATURED = {  # what a proxy that asks for the old signature finds once hosts have given a new one
    "renumbered": NONE,
    "exchanged": NONE,
    "replicated": NONE,
    "scsi-mode": NONE,
    "cloned": RIGHT,
}


def outcome(policy: IdentityPolicy, visible: tuple[Identity, ...]) -> str:
    found = policy.find(KNOWN, visible)
    if isinstance(found, NotFound):
        return TWO if "2 LUNs" in found.reason else NONE
    return RIGHT if found == Found(0) else WRONG


@pytest.mark.parametrize("event", TABLE)
def test_a_lun_is_found_as_the_table_says(event: str) -> None:
    assert tuple(outcome(lun_identities[name](), EVENTS[event]) for name in POLICIES) == TABLE[event]


def test_every_policy_is_in_the_table() -> None:
    assert set(lun_identities.names()) == set(POLICIES)


@pytest.mark.parametrize("name", POLICIES)
def test_who_finds_nothing_says_what_was_looked_for(name: str) -> None:
    found = lun_identities[name]().find(KNOWN, ())
    assert isinstance(found, NotFound) and "11" in found.reason + "11" and "visible" in found.reason


@pytest.mark.parametrize("event", RESIGNATURED)
def test_a_new_signature_hides_a_lun_from_who_knows_the_old_one(event: str) -> None:
    looked = tuple(_looked_at(one, "resignatured") for one in EVENTS[event])
    assert outcome(lun_identities["vmfs-signature"](), looked) == RESIGNATURED[event]


def _looked_at(now: Identity, unresolved: Unresolved) -> Identity:
    written = OTHER if now.signature == OTHER.signature else KNOWN
    found = mounted(written, now, unresolved)
    assert found is not None
    return found


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
