"""A contender's job and its answer; imports nothing but NumPy, so that every environment can read it."""

import dataclasses
import json
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks._memory import peak_mb

LEARNING_RATE = 1e-3


@dataclasses.dataclass(frozen=True)
class Job:
    """What to train.

    Attributes:
        data: A `.npy` file, shape `(n, widths[0])`, float32 in [0, 1].
        widths: The dense layers' widths, from the input to the output, such as 784 512 32 512 784.
        epochs: Epochs, the warm-up included.
        batch_size: Samples a step.
        seed: Of the weights and of the samples' order.
    """

    data: str
    widths: tuple[int, ...]
    epochs: int
    batch_size: int
    seed: int

    def load(self) -> np.ndarray:
        """Returns the samples."""
        return np.load(self.data)


@dataclasses.dataclass(frozen=True)
class Result:
    """What came of it.

    Attributes:
        seconds: Wall time of each epoch.
        losses: Mean training loss of each epoch: binary cross-entropy, nats per pixel.
        parameters: How many weights and biases were trained.
        versions: The libraries' versions.
    """

    seconds: list[float]
    losses: list[float]
    parameters: int
    versions: dict[str, str]


def main(train: Callable[[Job], Result]) -> None:
    """Reads the job, in JSON, from the command line; prints the result as the last line, in JSON, and peak memory."""
    fields: dict[str, Any] = json.loads(sys.argv[1])
    result = train(Job(**{**fields, "widths": tuple(fields["widths"])}))
    print(json.dumps({**dataclasses.asdict(result), "peak_mb": peak_mb()}), flush=True)
