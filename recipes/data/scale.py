"""The scale of ratings: stars, whole or half, which are taken as they are; or any other, which is laid on stars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

ENDS = (1.0, 5.0)  # the stars that the ends of another scale become
LIKED = 0.7  # of the way up another scale


@dataclass(frozen=True)
class Scale:
    """Ratings from `lowest` to `highest`, in steps of `step`; a step of 0 says that these are no stars."""

    lowest: float
    highest: float
    step: float = 0.0

    def holds(self, ratings: np.ndarray) -> np.ndarray:
        """Says for each rating whether it is on the scale."""
        within = (ratings >= self.lowest) & (ratings <= self.highest)
        return within & (ratings / self.step == np.rint(ratings / self.step)) if self.step else within

    @property
    def in_stars(self) -> tuple[float, float]:
        """The ends as models take them."""
        return (self.lowest, self.highest) if self.step else ENDS

    @property
    def above(self) -> float:
        """What is rated above this is liked, unless a person says otherwise: 4 and 5 stars, and whatever was chosen."""
        if self.step:
            return 3.5
        return self.lowest + LIKED * (self.highest - self.lowest) if self.highest > self.lowest else self.lowest - 1

    def stars(self, ratings: Any) -> Any:
        """Returns ratings as models take them, above 0."""
        return ratings if self.step else self._laid((self.lowest, self.highest), ENDS, ratings)

    def ratings(self, stars: Any) -> Any:
        """Returns what models give as ratings on this scale."""
        return stars if self.step else self._laid(ENDS, (self.lowest, self.highest), stars)

    @staticmethod
    def _laid(ends: tuple[float, float], on: tuple[float, float], values: Any) -> Any:
        wide = ends[1] - ends[0]
        return on[0] + (values - ends[0]) * np.float32((on[1] - on[0]) / wide if wide else 0)

    def __str__(self) -> str:
        return f"{self.lowest:g} to {self.highest:g}"


WHOLE_STARS = Scale(1.0, 5.0, 1.0)
HALF_STARS = Scale(0.5, 5.0, 0.5)
CHOSEN = Scale(1.0, 1.0)


def scale_of(ratings: np.ndarray) -> Scale:
    """Returns the scale that ratings are on: whole or half stars, or from the lowest to the highest of them."""
    if (ratings == 1).all():  # who chose what, and no more
        return CHOSEN
    for scale in (WHOLE_STARS, HALF_STARS):
        if scale.holds(ratings).all():
            return scale
    return Scale(float(ratings.min()), float(ratings.max()))
