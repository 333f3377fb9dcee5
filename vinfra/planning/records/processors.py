"""Which processor a record means: `2x Intel(R) Xeon(R) CPU 5160 @ 3.00GHz` is the fact xeon-5160.

Idea: every word of a fact's title but its vendor must be among the words of the record; the longest such title wins,
and where two are equally long nobody knows. Source: titles of facts/processors.
"""

from __future__ import annotations

import functools
import re

from vinfra import facts
from vinfra.hardware.processor import Processor

WORD = re.compile(r"[a-z0-9][a-z0-9.+-]*")
VENDORS = {"intel", "amd"}


@functools.lru_cache(maxsize=4096)
def known(text: str) -> Processor | None:
    """The processor whose title is in the text; None where none is, or two are alike."""
    said = _words(text)
    found = [(len(words), name) for name, words in _titles().items() if words <= said]
    best = max((length for length, _ in found), default=0)
    names = [name for length, name in found if length == best]
    if len(names) != 1:
        return None
    processor: Processor = facts.load("processors", names[0], Processor)
    return processor


@functools.cache
def _titles() -> dict[str, set[str]]:
    titles = {name: str(facts.read_one("processors", name).data["title"]) for name in facts.names("processors")}
    return {name: _words(title) - VENDORS for name, title in titles.items()}


def _words(text: str) -> set[str]:
    plain = text.lower().replace("(r)", " ").replace("(tm)", " ").replace("ghz", " ghz ")
    return set(WORD.findall(plain))
