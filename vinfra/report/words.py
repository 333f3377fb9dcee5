"""What a run answers, in sentences: one for each claim, and how far the numbers behind it are backed.

The wording promises no more than was done: `assumed` is called an assumption, and what is recalled was not looked up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vinfra.metrics.metric import find
from vinfra.report import numbers
from vinfra.scenario.results import Claim, Source

CLAIM = re.compile(r"(?P<metric>[\w.-]+): (?P<text>.+?)(?:, when (?P<when>.+))?", re.DOTALL)
WITHIN = re.compile(r"(?P<one>\S.*?) within (?P<share>\S+) % of (?P<other>\S.*)")
OPERATOR = re.compile(r"\s*(<=|>=|==|<|>)\s*")
PRODUCT = re.compile(r"(?P<factor>[0-9.eE+-]+) \* (?P<variant>\S+)")
WORDS = {"<": "is below", "<=": "is at most", ">": "is above", ">=": "is at least", "==": "equals"}

TAGS = {
    "measured": "Published measurements, taken over with their citation.",
    "specified": "As the maker of the thing states them, in a data sheet or manual.",
    "derived": "Follow from other values by arithmetic.",
    "fitted": "Chosen so that published measurements come out; not measured themselves.",
    "assumed": "Assumptions: no publication backs these values. Conclusions that hang on them are assumptions too.",
}
OTHER = "No statement on how these values were found."


@dataclass(frozen=True, slots=True)
class Verdict:
    """A claim in words: whether it holds, the sentence, the numbers it was checked on, and the reason given."""

    holds: bool
    sentence: str
    numbers: str
    why: str
    claim: str


@dataclass(frozen=True, slots=True)
class Group:
    """Sources of one tag, with what the tag means."""

    tag: str
    meaning: str
    sources: list[Source]


def verdict(claim: Claim) -> Verdict:
    """The claim as a sentence; a claim in a form not known here is quoted as it stands."""
    match = CLAIM.fullmatch(claim.claim)
    try:
        metric = find(match["metric"]) if match else None
    except KeyError:
        metric = None
    said = _said(match["text"], lowered(numbers.label(metric.name))) if match and metric else None
    if match is None or metric is None or said is None:
        return Verdict(claim.holds, _quoted(claim), claim.detail, claim.why, claim.claim)
    if match["when"]:
        said += _where(match["when"])
    sentence = f"{said[:1].upper()}{said[1:]}." if claim.holds else f"Expected, and not found: {said}."
    unit = numbers.unit(metric.unit)
    detail = f"{claim.detail} {unit}" if unit and claim.detail and ";" not in claim.detail else claim.detail
    if " at " in claim.detail:
        detail = claim.detail
    return Verdict(claim.holds, sentence, detail, claim.why, claim.claim)


def _where(when: str) -> str:
    """What a claim is restricted to: a group of VMs, hours of the day, swept values."""
    found = dict(part.split(" = ", 1) for part in when.split(", when ") if " = " in part)
    group, hours = found.pop("vm", None), found.pop("hours", None)
    words = (f" for the VMs of {group}" if group else "") + (f" from {hours}" if hours else "")
    rest = ", ".join(f"{path} = {value}" for path, value in found.items())
    return words + (f", where {rest}" if rest else "")


def _quoted(claim: Claim) -> str:
    return f"{'Holds' if claim.holds else 'Expected, and not found'}: {claim.claim}"


def lowered(words: str) -> str:
    """The first letter small, unless the word is an abbreviation."""
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def _said(text: str, subject: str) -> str | None:
    """energy of a is above that of b; None when the text is no comparison."""
    if match := WITHIN.fullmatch(text):
        return f"{_first(match['one'], subject)} is within {match['share']} % of {_next(match['other'])}"
    parts = OPERATOR.split(text)
    if len(parts) < 3 or not all(parts):
        return None
    words = _first(parts[0], subject)
    for index in range(1, len(parts), 2):
        joint = ", which " if index > 1 else " "
        words += f"{joint}{WORDS[parts[index]]} {_next(parts[index + 1])}"
    return words


def _first(term: str, subject: str) -> str:
    if match := PRODUCT.fullmatch(term):
        return f"{match['factor']} times the {subject} of {match['variant']}"
    return term if _is_number(term) else f"{subject} of {term}"


def _next(term: str) -> str:
    if match := PRODUCT.fullmatch(term):
        return f"{match['factor']} times that of {match['variant']}"
    return term if _is_number(term) else f"that of {term}"


def _is_number(term: str) -> bool:
    try:
        float(term)
    except ValueError:
        return False
    return True


def groups(sources: Iterable[Source]) -> list[Group]:
    """Sources by tag, the best backed first, unknown tags last."""
    found: dict[str, list[Source]] = {}
    for source in sources:
        found.setdefault(source.tag, []).append(source)
    order = [*(tag for tag in TAGS if tag in found), *sorted(tag for tag in found if tag not in TAGS)]
    return [Group(tag, TAGS.get(tag, OTHER), found[tag]) for tag in order]


def backing(sources: Sequence[Source]) -> str:
    """One sentence on how far the values are backed."""
    if not sources:
        return "This run names no facts; what it uses stands in the scenario below or is a default of the model."
    counts = [f"{count(group.sources)} {group.tag}" for group in groups(sources)]
    facts = len({(source.kind, source.name) for source in sources})
    sentence = f"{_many(count(sources), 'value')} from {_many(facts, 'fact')}: {', '.join(counts)}."
    recalled = count([source for source in sources if source.recalled])
    if recalled:
        sentence += f" {recalled} of them recalled from memory and not yet checked against the source."
    return sentence


def techniques(sources: Iterable[Source]) -> list[str]:
    """The techniques that priced the VMs, sorted; bare hardware has no constants and is none of them."""
    return sorted({source.name for source in sources if source.kind == "techniques"})


def count(sources: Iterable[Source]) -> int:
    """How many values the sources stand for; a source that lists none stands for one."""
    return sum(max(1, len(source.values)) for source in sources)


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
