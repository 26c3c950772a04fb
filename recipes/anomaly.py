"""Train an autoencoder on what is normal, find anomalies by a score and a threshold, draw and export it.

    python -m recipes.anomaly                                      # textures with flaws, and maps of them: 3 minutes
    python -m recipes.anomaly --data PHOTOS --normal good          # your pictures, of any size, with masks or without
    python -m recipes.anomaly --data PARTS --normal good --aligned # one part after another, from edge to edge
    python -m recipes.anomaly --data sample                        # 5,000 digits, each digit normal in turn
    python -m recipes.anomaly --data data/mnist --normal 3         # all of MNIST: which digits are not a 3?
    python -m recipes.anomaly --data FILE.csv --label kind --normal good    # a table, 5 to 60 seconds
    python -m recipes.anomaly --data FILE.csv                      # no labels: all rows are taken as normal
    python -m recipes.anomaly --data FILE.csv --time when          # a series, a step a row; or a folder of such files
    python -m recipes.anomaly --data PHOTOS --model vanilla --size 64 --normal good    # pictures brought to one size
    python -m recipes.anomaly --data PHOTOS --model restorer --task reconstruct --loss ssim    # an SSIM autoencoder

Training sees what is normal alone, and a normal part that does not train sets the threshold. Score and threshold are
part of the export: its signature `detect` gives `score` and `is_anomaly`, of a series for each step, and `map` each
pixel's score of pictures of any size. Folders are read as people have them (`recipes/data/surfaces.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

from recipes import running
from recipes.tasks import detection
from recipes.tasks.detection.options import DetectionOptions
from zoo.words import printable

RECIPE = "anomaly"


@dataclass(frozen=True)
class Config(DetectionOptions):
    """The recipe's options."""


def run(config: Config) -> dict[str, float]:
    """Trains what finds anomalies, measures, draws and exports it; prints a table.

    Args:
        config: The options.

    Returns:
        The test numbers by name.

    Raises:
        UsageError: If an option, the data or the output folder is not what it should be.
    """
    from recipes.running import pipeline

    with running.workspace(RECIPE, config) as folder:
        search = detection.form(config).Search(config)
        made = search.train(folder)
        report = search.measure()
        found = pipeline.publish(RECIPE, config, search.data, made, report, search.draw, words=search.card)
        for name, sentence in report.explained.items():
            print(f"{name}: {printable(sentence)}")
        return found


if __name__ == "__main__":
    running.main(RECIPE, Config, run)
