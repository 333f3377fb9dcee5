from __future__ import annotations

from pathlib import Path

import pytest

from vinfra.report import bundle

SCRIPT = "window.vegaEmbed=()=>{};"


@pytest.fixture(autouse=True)
def cached_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own for each test, with a script in it, so that no test waits for the real one by accident."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(bundle, "_making", None)
    path = bundle.cache()
    path.parent.mkdir(parents=True)
    path.write_text(SCRIPT)
    return path
