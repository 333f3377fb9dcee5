"""The runner `ray` as the command line finds it; Ray is loaded when there is work for it, and missed in words."""

from __future__ import annotations

import importlib.util

from actors.sweep import Sweep
from vinfra.errors import InputError, Place
from vinfra.scenario.runner import Runner


def ray(address: str | None = None, actors: int | None = None) -> Runner:
    """A runner on `actors` processes of the cluster at `address`; InputError where Ray is not installed."""
    if actors is not None and actors < 1:
        raise InputError.at(Place("--actors"), f"must be at least 1, got {actors}")
    if importlib.util.find_spec("ray") is None:
        cure = "install it with pip install 'vinfra[ray]', or leave --on out to run in this process"
        raise InputError.at(Place("--on"), f"ray is not installed here: {cure}")
    return Sweep(address, actors)
