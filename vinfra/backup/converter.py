"""The converter: makes a machine of one platform fit another, on its way from a restore point or from a server (P2V).

bytes/s of one conversion <= rate;  then drivers and devices are changed before the first boot
"""

from __future__ import annotations

from vinfra.spec import Spec, field
from vinfra.units import BytesPerSecond, Seconds


class Converter(Spec):
    """How fast it is."""

    rate: BytesPerSecond = field(
        "27.7 MB/s",
        "bytes of one machine that it converts in a second",
        gt=0,
        source="500 GB in a little over 5 hours with VMware Converter, www.boche.net, May 2010",
        tag="derived",
    )
    reconfigure: Seconds = field(
        "3 min",
        "to put other drivers and devices into the machine",
        source="a boot of its own that changes the system; no measurement",
        tag="assumed",
    )
