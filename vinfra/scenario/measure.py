"""Which metrics a scenario compares, and which of them relative to a variant.

`measure: [energy, cpu_ready]`, or `measure: {throughput: relative to native, cpu_overhead: plain, cycles: by event}`;
without it, every metric that says something. What the number is may be said too (`per second, relative to native`), and
must be so. `cycles: by event` stands for one metric for each kind of guest event.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from vinfra.errors import suggest
from vinfra.metrics.events import BY_EVENT
from vinfra.metrics.metric import Metric, find, metrics
from vinfra.scenario.results import Point

RELATIVE = re.compile(r"^(?:(.+), )?relative to (\S+)$")
SAID = {"per second": "per_s", "fraction of native cycles": "pct"}  # what a reader may be told of a metric's unit
CYCLES, EVENTS = "cycles", "by event"
WAYS = "write `plain` or `relative to VARIANT`"


def chosen(measure: list[str] | dict[str, str] | None, points: Iterable[Point]) -> list[Metric]:
    """The metrics to show: those named, each once, or those that have a value at any point, without counts that are
    always zero."""
    if measure is not None:
        return list({metric.column: metric for metric in _named(measure)}.values())
    seen: dict[str, bool] = {}
    for point in points:
        for name, value in point.metrics.items():
            seen[name] = seen.get(name, False) or bool(value)
    return [metric for name, metric in metrics().items() if seen.get(name)]


def _named(measure: list[str] | dict[str, str]) -> Iterator[Metric]:
    texts = measure if isinstance(measure, dict) else dict.fromkeys(measure, "plain")
    for name, text in texts.items():
        yield from map(find, BY_EVENT if (name, text) == (CYCLES, EVENTS) else (name,))


def relative(measure: list[str] | dict[str, str] | None, variants: Sequence[str]) -> dict[str, str]:
    """Metric column -> the variant it is relative to, of entries without a `complaint`."""
    if not isinstance(measure, dict):
        return {}
    found = {name: match[2] for name, text in measure.items() if (match := RELATIVE.match(text))}
    return {find(name).column: variant for name, variant in found.items()}


def complaint(name: str, text: object, variants: Sequence[str]) -> str | None:
    """What is not understood of one entry, and the cure; None where all is."""
    if name == CYCLES:
        return None if text == EVENTS else f"cycles are told by kind of event: write `{{{CYCLES}: {EVENTS}}}`"
    try:
        metric = find(name)
    except KeyError as unknown:
        return str(unknown.args[0])
    if text == EVENTS:
        return f"only cycles are told by event: {WAYS}, and `{CYCLES}: {EVENTS}` beside {metric.name}"
    if text == "plain":
        return None
    match = RELATIVE.match(str(text))
    said = match[1] if match else str(text)
    if said is not None and SAID.get(said) != metric.unit:
        return f"'{text}' is not understood of {metric.column}; {WAYS}"
    if match is None or match[2] in variants:
        return None
    return f"no variant '{match[2]}'{suggest(match[2], variants)}"
