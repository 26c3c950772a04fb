"""Ours with `--precision mixed_bfloat16`: products in bfloat16, weights and the loss in float32."""

import keras

from benchmarks.contenders._job import Job, Result, main
from benchmarks.contenders.recipe import train as train_recipe


def train(job: Job) -> Result:
    """Trains."""
    keras.config.set_dtype_policy("mixed_bfloat16")
    return train_recipe(job)


if __name__ == "__main__":
    main(train)
