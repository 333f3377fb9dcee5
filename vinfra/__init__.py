"""vinfra: what-if questions about virtual infrastructure. One YAML file is one question.

import vinfra
run = vinfra.run(vinfra.load("scenarios/fleet/planetlab-day.yaml"))
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from vinfra.scenario.api import Question as Question
    from vinfra.scenario.api import load as load
    from vinfra.scenario.api import run as run

__all__ = ["Question", "__version__", "load", "run"]


def __getattr__(name: str) -> Any:
    """The API is imported when it is first used, so that the command line starts at once."""
    if name in ("Question", "load", "run"):
        from vinfra.scenario import api

        return getattr(api, name)
    raise AttributeError(f"module 'vinfra' has no attribute {name!r}")
