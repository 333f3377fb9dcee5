"""Claims: what a scenario expects, in one line each, checked on every run.

    {energy: npa > dvfs}                        variants of `compare` by name, compared in a chain
    {energy: dvfs within 2 % of 764.96}         a tolerance around a number or a variant
    {cpu_overhead: nested < 0.5 * shadow, when: {workload: kernel-build}, why: ...}

A claim holds when it holds at every row of the sweep that `when` selects, on means over the replications.
`when` names a swept path, or its last key where that is unambiguous. Beside that it may name a part of the run, and the
metric is then told of that part alone: a group of VMs, hours of every day, or both.

    {guest_latency: san < hot-add, when: {vm: web, hours: 22h to 6h}}
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vinfra.errors import suggest
from vinfra.metrics.metric import Metric, find
from vinfra.scenario.part import PARTS, Part, Whole, part_of
from vinfra.scenario.results import Claim

TOKEN = re.compile(
    r"\s*(?:(?P<number>-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)(?![\w-])|(?P<op><=|>=|==|<|>)|(?P<sign>[*%])|(?P<name>[\w][\w.-]*))"
)
COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
}
GRAMMAR = "write it like `a < b`, `a < 0.5 * b`, `a < b < c` or `a within 5 % of b`; a, b are variants or numbers"


@dataclass(frozen=True, slots=True)
class Term:
    """factor * variant, or the factor alone where `variant` is None."""

    factor: float
    variant: str | None

    def value(self, values: Mapping[str, float | None]) -> float | None:
        """The number it stands for, or None where the variant has none."""
        if self.variant is None:
            return self.factor
        found = values.get(self.variant)
        return None if found is None else self.factor * found


@dataclass(frozen=True, slots=True)
class Expectation:
    """One claim, understood. `within` is a fraction: then there are two terms and no operators."""

    text: str
    metric: Metric
    terms: tuple[Term, ...]
    operators: tuple[str, ...]
    within: float | None
    when: Mapping[str, Any]
    why: str
    part: Part | None = None

    @property
    def variants(self) -> set[str]:
        """The variants it speaks of."""
        return {term.variant for term in self.terms if term.variant is not None}

    def check(self, table: Sequence[tuple[Mapping[str, Any], Mapping[str, Mapping[str, float | None]]]]) -> Claim:
        """The verdict over a table of rows: (at, variant -> metric column -> mean)."""
        details, holds = [], True
        chosen = [
            (at, values) for at, values in table if all(at.get(path) == value for path, value in self.when.items())
        ]
        for at, values in chosen:
            column = {variant: metrics.get(self.metric.column) for variant, metrics in values.items()}
            numbers = [term.value(column) for term in self.terms]
            if not self._holds(numbers):
                holds = False
                where = ", ".join(f"{path} = {value}" for path, value in at.items())
                details.append(self._seen(numbers) + (f" at {where}" if where else ""))
            elif len(chosen) == 1:
                details.append(self._seen(numbers))
        return Claim(self.text, holds and bool(chosen), self.why, "; ".join(details))

    def _holds(self, numbers: Sequence[float | None]) -> bool:
        known = [number for number in numbers if number is not None]
        if len(known) < len(numbers):
            return False
        if self.within is not None:
            return abs(known[0] - known[1]) <= self.within * abs(known[1])
        pairs = zip(known, known[1:], self.operators, strict=False)
        return all(COMPARE[operator](one, other) for one, other, operator in pairs)

    def _seen(self, numbers: Sequence[float | None]) -> str:
        words = ["no value" if number is None else f"{number:.6g}" for number in numbers]
        if self.within is not None:
            return f"{words[0]} against {words[1]}"
        return " ".join(word for pair in zip(words, (*self.operators, ""), strict=True) for word in pair).strip()


def understand(
    entry: Mapping[str, Any], variants: Sequence[str], sweep: Mapping[str, Sequence[Any]], whole: Whole | None = None
) -> Expectation:
    """Read one entry of `expect`; ValueError says what is not understood and how to write it."""
    claims = [key for key in entry if key not in ("when", "why")]
    if len(claims) != 1:
        found = f"; found {', '.join(map(repr, claims))} (text with a comma needs quotes)" if claims else ""
        raise ValueError(
            f"a claim is one metric and its comparison, such as {{energy: a < b}}, with `when` and `why`{found}"
        )
    name, text = claims[0], entry[claims[0]]
    try:
        metric = find(name)
    except KeyError as unknown:
        raise ValueError(unknown.args[0]) from None
    if not isinstance(text, str):
        raise ValueError(f"{name}: {text!r} is no comparison; {GRAMMAR}")
    terms, operators, within = _parse(text, variants)
    if all(term.variant is None for term in terms):
        raise ValueError(f"'{text}' names no variant; there are {', '.join(variants)}")
    asked = entry.get("when") or {}
    if not isinstance(asked, Mapping):
        raise ValueError("`when` is a mapping of swept values, such as {workload: kernel-build}")
    meant = {key: asked[key] for key in PARTS if key in asked and key not in sweep}
    part = part_of(meant, metric, whole or Whole()) if meant else None
    when = _when({key: value for key, value in asked.items() if key not in meant}, sweep)
    clause = "".join(f", when {path} = {value}" for path, value in (when | meant).items())
    why = str(entry.get("why", ""))
    return Expectation(f"{name}: {text}{clause}", metric, terms, operators, within, when, why, part)


def _parse(text: str, variants: Sequence[str]) -> tuple[tuple[Term, ...], tuple[str, ...], float | None]:
    words = _words(text)
    first, rest = _term(words, variants)
    if [word for _, word in rest[:1]] == ["within"]:
        kinds = [kind for kind, _ in rest[:4]]
        if len(rest) < 5 or kinds[1] != "number" or [word for _, word in rest[2:4]] != ["%", "of"]:
            raise ValueError(f"'{text}': {GRAMMAR}")
        other, rest_after = _term(rest[4:], variants)
        if rest_after:
            raise ValueError(f"'{text}': nothing may follow `within`; {GRAMMAR}")
        return (first, other), (), float(rest[1][1]) / 100
    terms, operators = [first], []
    while rest:
        kind, operator = rest[0]
        if kind != "op":
            raise ValueError(f"'{text}': expected a comparison before '{operator}'; {GRAMMAR}")
        term, rest = _term(rest[1:], variants)
        operators.append(operator)
        terms.append(term)
    if not operators:
        raise ValueError(f"'{text}' compares nothing; {GRAMMAR}")
    return tuple(terms), tuple(operators), None


def _words(text: str) -> list[tuple[str, str]]:
    words, at = [], 0
    while text[at:].strip():
        match = TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"'{text}': cannot read '{text[at:].strip()}'; {GRAMMAR}")
        words.append((str(match.lastgroup), match[str(match.lastgroup)]))
        at = match.end()
    return words


def _term(words: list[tuple[str, str]], variants: Sequence[str]) -> tuple[Term, list[tuple[str, str]]]:
    """One product of numbers and at most one variant, and the words after it."""
    factor, variant = 1.0, None
    while True:
        if not words or words[0][0] not in ("number", "name"):
            raise ValueError(f"a variant or a number is missing; {GRAMMAR}")
        kind, word = words[0]
        if kind == "number" and word not in variants:
            factor *= float(word)
        elif word not in variants:
            raise ValueError(f"no variant '{word}'{suggest(word, variants)}")
        elif variant is not None:
            raise ValueError(f"two variants cannot be multiplied; {GRAMMAR}")
        else:
            variant = word
        words = words[1:]
        if not words or words[0] != ("sign", "*"):
            return Term(factor, variant), words
        words = words[1:]


def _when(when: Mapping[str, Any], sweep: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """`when` with full paths."""
    full = {}
    for key, value in when.items():
        paths = [key] if key in sweep else [path for path in sweep if path.rsplit(".", 1)[-1] == key]
        if len(paths) != 1:
            known = sorted({*sweep, *(path.rsplit(".", 1)[-1] for path in sweep), *PARTS})
            raise ValueError(f"`when` names '{key}', which is not swept{suggest(key, known)}")
        if value not in sweep[paths[0]]:
            raise ValueError(f"`when` asks for {key} = {value}, which the sweep never takes")
        full[paths[0]] = value
    return full
