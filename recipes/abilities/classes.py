"""Makes samples of the label that is asked for: of models that know what each sample shows."""

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.neighbors import KNeighborsClassifier

from recipes.baselines.pca import pca
from recipes.data.splits import Splits
from recipes.figures import samples
from recipes.publishing import Drawing, Report, row

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COMPONENTS = 50  # of the space that distances are taken in
MOST = 5000  # training images to read by
MADE = 1000  # samples that are read
CODES = 8  # that a figure shows with each label
MEASURES = {
    "read_as_asked": f"share of {MADE:,} samples, of all labels in turn, whose nearest training image (of {MOST:,} at "
    f"most, in the space of {COMPONENTS} principal components) has the label that was asked for.",
}
SEED = 0


def able(model: Any) -> bool:
    """Says whether the model knows labels."""
    return not model.targets_are_samples


def measure(model: Any, splits: Splits, codes: dict[str, np.ndarray]) -> Report:
    """Measures how often samples are read as what they were to be; beside them, how often test images are."""
    encode, _ = pca(splits.train.x, COMPONENTS)
    reader = KNeighborsClassifier(1).fit(encode(splits.train.x[:MOST]), splits.train.y[:MOST])

    def share(x: np.ndarray, labels: np.ndarray) -> float:
        return float(np.mean(reader.predict(encode(x)) == labels))

    asked = np.arange(MADE) % model.classes
    found = {"read_as_asked": share(model.sample(MADE, seed=SEED, label=asked), asked)}
    real = share(splits.test.x[:MOST], splits.test.y[:MOST])
    protocol = "real images in the samples' place, same reader"
    beside = row("test images", "read_as_asked", real, protocol, "measured here")
    return Report(test=found, validation=dict(found), baselines=[beside])


def draw(model: Any, splits: Splits, codes: dict[str, np.ndarray]) -> dict[str, Drawing]:
    """Draws a few codes from the prior, a row each, with each label, a column each."""

    def of_all() -> "Figure":
        labels = np.tile(np.arange(model.classes), CODES)
        code = np.random.default_rng(SEED).normal(size=(CODES, *codes["test"].shape[1:])).astype("float32")
        made = model.decode(np.repeat(code, model.classes, axis=0), labels)
        return samples.draw({"a code a row, a label a column": made}, f"{model.name}: labels", columns=model.classes)

    return {"classes": of_all} if splits.pictures else {}
