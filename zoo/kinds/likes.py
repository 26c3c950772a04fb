"""Rows of 0 and 1: what a person likes or uses."""

import keras
import numpy as np

from zoo import checks
from zoo.kinds._bernoulli import Bernoulli


@keras.saving.register_keras_serializable("zoo")
class Likes(Bernoulli):
    """Rows of likes, with binary cross-entropy as the loss (nats, mean over columns)."""

    FORM = "rows"
    DESCRIPTION = "rows of 0 and 1: what is liked or used"
    SHAPES = ((12,),)

    def check_range(self, name: str, low: float, high: float, dtype: np.dtype) -> None:
        """Raises `UsageError` if anything is below 0."""
        checks.check(low >= 0, name, "0 where there is no like, and above 0 where there is one", low)

    def samples(self, rng: np.random.Generator, n: int, shape: tuple[int, ...]) -> np.ndarray:
        """Draws rows of one of four patterns."""
        return rng.integers(0, 2, (4, *shape))[rng.integers(0, 4, n)].astype("float32")
