"""Which value is white, where more than 8 bits hold a value: as a person or the file says, or as the values say.

Cameras and scanners write 10, 12 or 14 bits into 16, mostly without a word about it. Then the largest value of all
tells: the least level that it does not exceed is white.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from recipes.reading.pictures.raw import INTEGERS, Facts
from zoo import UsageError

FAINTEST = 16.0  # of pictures from 0 to 255, the least that the largest value can be: one of 1.1 may be too bright a 1
Group = tuple[str, tuple[float, ...]]  # depth and levels


@dataclass(frozen=True)
class Whites:
    """What is white in pictures that were made alike.

    Attributes:
        given: The value, as a person says.
        found: The value by depth and possible levels, as the values of all those say that do not say it themselves.
    """

    given: float | None = None
    found: Mapping[Group, float] = field(default_factory=dict)

    def of(self, facts: Facts, largest: Callable[[], float]) -> float:
        """Returns the value that is white in a picture of more than 8 bits.

        Args:
            facts: The file's.
            largest: Gives the largest value in it, if need be.

        Raises:
            UsageError: If that is not known.
        """
        known = self.given or facts.white
        if known:
            return known
        most = largest()
        if facts.depth == INTEGERS and most in facts.levels:  # saturated
            return most
        return self.found.get((facts.depth, facts.levels)) or level(most, facts.depth, facts.levels, "holds")


def level(most: float, depth: str, levels: tuple[float, ...], what: str) -> float:
    """Returns the value that is white, by the largest value that occurs.

    Raises:
        UsageError: If floating point does not tell.
    """
    if depth == INTEGERS:
        return next(white for white in levels if most <= white)
    if most <= 1:
        return 1.0
    if FAINTEST <= most <= 255:
        return 255.0
    raise UsageError(f"{what} floating-point values up to {most:g}: say with --white which of them is white.")
