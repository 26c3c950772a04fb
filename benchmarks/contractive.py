"""Times a training step of the contractive autoencoder at 784-1,000 against the same with TensorFlow's batch_jacobian.

    python -m benchmarks.contractive                        # 1 minute on 2 cores

The two models have the same weights, and take their steps in turn, so that a drift of the machine hits both.
"""

import dataclasses
import json
import shlex
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import tyro

from benchmarks import _machine
from zoo import quiet

PIXELS = 784


@dataclass(frozen=True)
class Config:
    """The benchmark's options."""

    latent_dim: int = 1000
    """The code's length."""
    batch_size: int = 32
    """Samples a step: batch_jacobian holds a matrix of latent_dim x 784 for each."""
    rounds: int = 7
    """Steps of each that are counted, after one that is not."""
    out: Path = Path("benchmarks/results/contractive-step.json")
    """Where the result goes."""


def run(config: Config) -> dict[str, Any]:
    """Measures.

    Args:
        config: The options.

    Returns:
        What is written into `config.out`: each one's seconds a step, the ratio of the medians, and how far the two
        losses before training are apart, relatively.
    """
    import keras
    import numpy as np
    import tensorflow as tf

    import zoo
    from zoo.families.contractive import ContractiveAutoencoder

    class ByBatchJacobian(ContractiveAutoencoder):
        """The same model, whose penalty is computed from the whole Jacobian."""

        def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
            with tf.GradientTape() as tape:
                tape.watch(x)
                code = self.encoder(x, training=training)
            norms = tf.reduce_sum(tf.square(tape.batch_jacobian(code, x)), axis=[1, 2])
            self.added(self.rate * tf.reduce_mean(norms))
            return self.decoder(code, training=training)

    keras.utils.set_random_seed(0)
    x = np.random.default_rng(0).uniform(size=(config.batch_size, PIXELS)).astype("float32")
    ours = zoo.build("contractive", (PIXELS,), latent_dim=config.latent_dim, seed=0)
    theirs = ByBatchJacobian.from_config(ours.get_config()).compile_default(1e-3)
    theirs.set_weights(ours.get_weights())
    models = {"closed form": ours, "batch_jacobian": theirs}
    losses = {name: model.evaluate(x, verbose=0, return_dict=True)["loss"] for name, model in models.items()}
    seconds: dict[str, list[float]] = {name: [] for name in models}
    for _ in range(1 + config.rounds):
        for name, model in models.items():
            began = time.perf_counter()
            model.train_on_batch(x)
            seconds[name].append(time.perf_counter() - began)
    counted = {name: times[1:] for name, times in seconds.items()}
    medians = {name: median(times) for name, times in counted.items()}
    return {
        "command": shlex.join(["python", "-m", "benchmarks.contractive", *sys.argv[1:]]),
        "protocol": {**dataclasses.asdict(config), "out": str(config.out)},
        "machine": _machine.described(),
        "seconds": counted,
        "ratio": medians["batch_jacobian"] / medians["closed form"],
        "relative_difference_of_losses": abs(losses["closed form"] / losses["batch_jacobian"] - 1),
        "versions": {"tensorflow": tf.__version__, "keras": keras.__version__, "numpy": np.__version__},
    }


def main() -> None:
    """Parses the command line, measures, writes and prints."""
    config = tyro.cli(Config, description=__doc__)
    quiet.start()
    record = run(config)
    config.out.parent.mkdir(parents=True, exist_ok=True)
    config.out.write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    for name, times in record["seconds"].items():
        print(f"{name}: {1e3 * median(times):.1f} ms a step, median of {len(times)}")
    print(f"{record['ratio']:.0f} times as fast. Written to {config.out}")


if __name__ == "__main__":
    main()
