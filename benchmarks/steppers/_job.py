"""What a library is asked for and what it answers; imports nothing but NumPy, so that every environment can read it."""

import dataclasses
import json
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np

from benchmarks._memory import peak_mb

LEARNING_RATE = 1e-3
SIGMA = 25 / 255  # of the restorer's noise


@dataclasses.dataclass(frozen=True)
class Job:
    """What to do.

    Attributes:
        network: "convolutional", of 28 x 28 pictures; "restorer", of grey pictures; or "deep", of 784 numbers.
        precision: "float32" or "bfloat16".
        shape: That of all samples, the first axis being their number.
        batch_size: Samples a step; 0 where answers are timed, of all samples at once.
        seed: Of the weights and the samples.
    """

    network: str
    precision: str
    shape: tuple[int, ...]
    batch_size: int
    seed: int

    def samples(self) -> np.ndarray:
        """Returns made-up samples in [0, 1], float32: speed does not depend on what they show."""
        return np.random.default_rng(self.seed).random(self.shape, "float32")


def milliseconds(call: Callable[[], Any], least: int = 5, seconds: float = 3.0) -> float:
    """Returns how long a call takes, the median of as many as there is time for; the first two do not count."""
    taken, began = [], time.perf_counter()
    while len(taken) < 2 + least or time.perf_counter() - began < seconds:
        start = time.perf_counter()
        call()
        taken.append(1e3 * (time.perf_counter() - start))
    return median(taken[2:])


def main(answer: Callable[[Job], dict[str, Any]]) -> None:
    """Reads the job, in JSON, from the command line; prints the answer as the last line, in JSON, and peak memory."""
    fields: dict[str, Any] = json.loads(sys.argv[1])
    found = answer(Job(**{**fields, "shape": tuple(fields["shape"])}))
    print(json.dumps({**found, "peak_mb": peak_mb()}), flush=True)
