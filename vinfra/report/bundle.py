"""Vega, Vega-Lite and their embedding as one script, out of the installed wheel vl-convert-python, not the network.

Making it takes about 1.5 s, so it is kept in the user's cache, one file for each version of the wheel. `prefetch` makes
it in a process of its own (python -m vinfra.report.bundle) while something else computes. Where the cache cannot be
written it is made anew, each time.
"""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from vinfra.whole import write_text

PATIENCE = 60.0  # seconds to wait for the other process; it needs 2 on a quiet machine
MARK = "window.vegaEmbed="
SNIPPET = "window.vegaEmbed=vegaEmbed;"

_making: subprocess.Popen[bytes] | None = None


def cache() -> Path:
    """Where the script is kept: XDG_CACHE_HOME, or what the platform has for caches."""
    if home := os.environ.get("XDG_CACHE_HOME"):
        folder = Path(home)
    elif sys.platform == "darwin":
        folder = Path.home() / "Library" / "Caches"
    elif sys.platform == "win32":
        folder = Path(os.environ.get("LOCALAPPDATA") or Path.home())
    else:
        folder = Path.home() / ".cache"
    return folder / "vinfra" / f"vega-{version('vl-convert-python')}.js"


def kept() -> str | None:
    """The script as it is in the cache, or None where it is not (or is not it)."""
    try:
        script = cache().read_text(encoding="utf-8")
    except (OSError, RuntimeError, UnicodeDecodeError):
        return None
    return script if MARK in script[-1000:] else None


def make() -> str:
    """Generate the script and keep it if the cache lets us."""
    import vl_convert

    script: str = vl_convert.javascript_bundle(SNIPPET)
    try:
        write_text(cache(), script)
    except (OSError, RuntimeError):
        return script  # a home that is read-only or missing costs time, not the report
    return script


def prefetch() -> None:
    """Begin to make the script in another process, unless it is kept already, on its way, or could not be kept."""
    global _making
    if _making is not None or kept() is not None or not writable():
        return
    command = [sys.executable, "-m", "vinfra.report.bundle"]
    null = subprocess.DEVNULL
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    try:
        _making = subprocess.Popen(command, stdin=null, stdout=null, stderr=null, env=environment)
    except OSError:
        _making = None


def script(patience: float = PATIENCE) -> str:
    """The script: kept, or awaited from `prefetch`, or made here."""
    global _making
    if _making is not None:
        try:
            _making.wait(patience)
        except subprocess.TimeoutExpired:
            _making.kill()
            _making.wait()
        _making = None
    return kept() or make()


def writable() -> bool:
    """Whether the cache can be written to; its folder is made if need be."""
    try:
        folder = cache().parent
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return False
    return os.access(folder, os.W_OK)


if __name__ == "__main__":
    make()
