"""A page that opens offline and is sealed: it may run its own scripts, load nothing and send nothing.

All text is escaped by the template; what scripts read is JSON in which no `<` is left; the Content-Security-Policy
names the scripts by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from vinfra.report import bundle
from vinfra.report.numbers import duration, number, percent, ratio, value

if TYPE_CHECKING:
    from jinja2 import Template

FILTERS = {"number": number, "ratio": ratio, "percent": percent, "duration": duration, "shown": value}


def inside(script: str) -> str:
    """A script in which nothing ends the element it stands in."""
    return script.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def data(anything: Any) -> str:
    """What a page's script reads, as JSON without any `<`, so that nothing in it can end the element it stands in."""
    text = json.dumps(anything, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def policy(scripts: list[str]) -> str:
    """A Content-Security-Policy that lets exactly these scripts run and nothing be loaded."""
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    allowed = " ".join(f"'sha256-{found}'" for found in hashes) or "'none'"
    return f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def asset(name: str) -> str:
    """A file of the folder `assets`."""
    return (files("vinfra.report") / "assets" / name).read_text(encoding="utf-8")


@cache
def template(name: str) -> Template:
    """A template of the folder `assets`, with the filters that all pages share; what it is compiled to is kept in the
    user's cache, if that lets us."""
    from jinja2 import Environment, FileSystemBytecodeCache, FunctionLoader, StrictUndefined

    kept = FileSystemBytecodeCache(str(bundle.cache().parent)) if bundle.writable() else None
    environment = Environment(
        loader=FunctionLoader(asset),
        bytecode_cache=kept,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= FILTERS
    return environment.get_template(name)
