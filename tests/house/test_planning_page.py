"""What docs/planning.md shows is checked here, so that it cannot rot."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from vinfra.cli import parser
from vinfra.planning.assuming import assumed

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "planning.md").read_text()
COMMANDS = [line.strip().partition("   ")[0] for line in PAGE.splitlines() if line.startswith("    vinfra plan ")]


@pytest.mark.parametrize("line", COMMANDS)
def test_commands_are_understood(line: str) -> None:
    given = parser().parse_args(shlex.split(line.partition(" > ")[0])[1:])
    assumed(sets=given.set, targets=given.target)


def test_targets_of_ones_own_are_understood(tmp_path: Path) -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "ours.yaml").write_text(block)
    assert sorted(assumed(tmp_path / "ours.yaml").values.own) == ["our-proxmox", "small-vsphere"]


@pytest.mark.parametrize("room", sorted(set(re.findall(r"`(planning/[a-z_/.]+)`", PAGE))))
def test_rooms_are_there(room: str) -> None:
    assert (ROOT / "vinfra" / room).exists()


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)#:]+)\)", PAGE))))
def test_links_lead_somewhere(link: str) -> None:
    assert (ROOT / "docs" / link).exists()
