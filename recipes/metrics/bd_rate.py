"""How many bytes more or less one way of compressing needs than another for pictures of one quality.

Paper: Bjontegaard 2001, Calculation of average PSNR differences between RD-curves; through the points goes, as in later
practice (Bjontegaard 2008; Barman, Martini and Reznik 2022), a monotone piecewise cubic and no polynomial.
"""

from collections.abc import Sequence

import numpy as np
from scipy.interpolate import PchipInterpolator

STEPS = 1000  # of the integral
Curve = Sequence[tuple[float, float]]  # points (bits a pixel, quality in decibels), the rate rising


def bd_rate(reference: Curve, curve: Curve, between: tuple[float, float] = (0.0, np.inf)) -> float:
    """Returns by how many per cent the rate differs at equal quality, mean over quality: -30 is 30% fewer bits.

    Args:
        reference: The points of what is compared with, of rising rate.
        curve: The points of what is measured.
        between: The rates, in bits a pixel, of which both curves are looked at.

    Returns:
        The difference; NaN where no quality is reached by both.
    """
    lines = [_line(points, between) for points in (reference, curve)]
    if None in lines:
        return float("nan")
    ends = [(line.x[0], line.x[-1]) for line in lines if line is not None]
    low, high = max(low for low, _ in ends), min(high for _, high in ends)
    if high <= low:
        return float("nan")
    places = np.linspace(low, high, STEPS)
    there, here = (line(places) for line in lines if line is not None)
    return float(100 * np.expm1(np.trapezoid(here - there, places) / (high - low)))


def at_rate(curve: Curve, rate: float) -> float:
    """Returns the quality at a rate, by the same cubic; NaN outside of the points."""
    rates, qualities = np.array(_rising(curve)).T
    if len(rates) < 2:
        return float(qualities[0]) if np.isclose(rates[0], rate) else float("nan")
    return float(PchipInterpolator(np.log(rates), qualities, extrapolate=False)(np.log(rate)))


def _line(points: Curve, between: tuple[float, float]) -> PchipInterpolator | None:
    """Returns the logarithm of the rate as a function of quality, cut off at two rates; None if nothing is left."""
    rates, qualities = np.array(_rising(points)).T
    if len(rates) < 2:
        return None
    low, high = max(between[0], rates[0]), min(between[1], rates[-1])
    if high <= low:
        return None
    inside = (rates > low) & (rates < high)
    logs = np.concatenate([[np.log(low)], np.log(rates[inside]), [np.log(high)]])
    # Of what lies between two points, the same cubic as everywhere.
    cut = PchipInterpolator(np.log(rates), qualities)(logs)
    return PchipInterpolator(cut, logs)


def _rising(points: Curve) -> list[tuple[float, float]]:
    """Returns those points, sorted by rate, of which each is better than all that take fewer bits."""
    found: list[tuple[float, float]] = []
    for rate, quality in sorted(points):
        if not found or (quality > found[-1][1] and rate > found[-1][0]):
            found.append((rate, quality))
    return found
