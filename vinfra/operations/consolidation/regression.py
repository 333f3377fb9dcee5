"""Local regression: a line through the last ten loads, the newer the heavier, drawn on to when a VM would be gone.

A line by weighted least squares is linear in the loads, so a prediction is one weighted sum of them:

    load(n + 1) = sum_i c_i y_i,  c = w (1/W + (n + 1 - m)(x - m) / S),  W = sum w, m = sum w x / W, S = sum w (x - m)^2

with tricube weights w_i = (1 - ((n - i)/(n - 1))^3)^3. Source: Cleveland, JASA 74(368), 1979; Beloglazov and Buyya,
CCPE 24(13), 2012, section 4.1.3.
"""

from __future__ import annotations

import numpy as np

from vinfra.operations.consolidation.detector import Floats

POINTS = 10  # that the line is drawn through; Beloglazov and Buyya's implementation, CloudSim 3.0.3
BISQUARE = 6  # medians of the residuals beyond which a point counts nothing; Cleveland 1979
ROUNDING = 1e-12  # of a capacity
TIMES = np.arange(1, POINTS + 1, dtype=np.float64)
TRICUBE: Floats = (1 - ((POINTS - TIMES) / (POINTS - 1)) ** 3) ** 3


def most(safety: float) -> float:
    """The most a prediction may be; with its margin it is less than a full host, and not by rounding alone."""
    return (1 - ROUNDING) / safety


def ahead(weights: Floats) -> Floats:
    """What each of the last ten loads, oldest first, counts in the prediction, of the shape of `weights`:
    (..., POINTS)."""
    return _at(weights, POINTS + 1.0)


def robust(loads: Floats) -> Floats:
    """Prediction of each row of loads, oldest first, shape (hosts, POINTS): points far from the first line count less
    in the second. A host whose points lie on the line keeps it."""
    fitted = np.stack([(loads * _at(TRICUBE, time)).sum(axis=1) for time in TIMES.tolist()], axis=1)
    residuals = np.abs(loads - fitted)
    scale = BISQUARE * np.median(residuals, axis=1)[:, None]
    strays = np.divide(residuals, scale, out=np.zeros_like(residuals), where=scale > 0)
    weights = TRICUBE * (1 - np.minimum(strays, 1.0) ** 2) ** 2
    # A line needs two points; where fewer count, the first line stands.
    lost = np.count_nonzero(weights > 0, axis=1) < 2
    weights[lost] = TRICUBE
    result: Floats = (loads * ahead(weights)).sum(axis=1)
    return result


def _at(weights: Floats, time: float) -> Floats:
    whole = weights.sum(axis=-1, keepdims=True)
    middle = (weights * TIMES).sum(axis=-1, keepdims=True) / whole
    spread = (weights * (TIMES - middle) ** 2).sum(axis=-1, keepdims=True)
    counts: Floats = weights * (1 / whole + (time - middle) * (TIMES - middle) / spread)
    return counts
