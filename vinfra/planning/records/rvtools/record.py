"""vMetaData, vSource, vLicense and vMultiPath: what the record says of itself and of what it was taken from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime

from vinfra.planning.records.rvtools.quality import Quality
from vinfra.planning.records.tables.table import Table

DATED = (
    ("vInfo", "Change Version"),
    ("vInfo", "PowerOn"),
    ("vInfo", "Creation date"),
    ("vSnapshot", "Date / time"),
    ("vHost", "Boot time"),
)


def taken(tables: Mapping[str, Table]) -> tuple[date | None, list[str]]:
    """The day of the record, and a note where it is the newest date in it."""
    meta = tables.get("vMetaData")
    if meta is not None:
        days = [moment.date() for moment in meta.moments("xlsx creation datetime") if moment is not None]
        if days:
            return max(days), []
    newest: datetime | None = None
    for sheet, column in DATED:
        moments = tables[sheet].moments(column) if sheet in tables else []
        newest = max((moment for moment in (*moments, newest) if moment is not None), default=None)
    if newest is None:
        return None, ["the record does not say when it was taken, so ages are not known"]
    return newest.date(), ["the record does not say when it was taken: ages count from the newest date in it"]


def notes(tables: Mapping[str, Table]) -> Iterator[str]:
    """Versions and licences, a line each."""
    source = tables.get("vSource")
    if source is not None:
        names = [name or other for name, other in zip(source.texts("Fullname"), source.texts("Name"), strict=True)]
        for name, count in sorted(Counter(name for name in names if name).items()):
            yield f"recorded from {name}" if count == 1 else f"recorded from {count} of {name}"
    licences = tables.get("vLicense")
    if licences is not None:
        totals: dict[str, tuple[float, float]] = {}
        columns = (licences.texts("Name"), licences.numbers("Used"), licences.numbers("Total"))
        for name, used, total in zip(*columns, strict=True):
            if name:
                before = totals.get(name, (0.0, 0.0))
                totals[name] = (before[0] + (used or 0.0), before[1] + (total or 0.0))
        for name, (used, total) in sorted(totals.items()):
            yield f"licence {name}: {used:,.0f} used of {total:,.0f}"


def others(tables: Mapping[str, Table]) -> Iterator[Quality]:
    """How well the sheets were read that only notes are made of."""
    for sheet in ("vSource", "vLicense", "vMetaData"):
        if sheet in tables:
            yield Quality(tables[sheet], read=tables[sheet].rows)
    paths = tables.get("vMultiPath")
    if paths is not None:
        quality = Quality(paths, read=paths.rows)
        if "Path 2" in paths:
            single = sum(
                bool(one) and not two for one, two in zip(paths.texts("Path 1"), paths.texts("Path 2"), strict=True)
            )
            if single:
                quality.say("LUNs have one path", single)
        yield quality
