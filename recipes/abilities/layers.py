"""Layers whose codes are read together: the features of a stack are those of all its layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from recipes.data.splits import Splits
from recipes.metrics.linear_probe import linear_probe
from recipes.publishing import Drawing, Report

if TYPE_CHECKING:
    from zoo.autoencoder import Autoencoder

MEASURES = {
    "layers_probe_error": "share of samples that a logistic regression on all layers' codes misclassifies; its "
    "strength is chosen on validation.",
}


def able(model: Autoencoder) -> bool:
    """Says whether the model gives the codes of its layers."""
    return hasattr(model, "layer_codes")


def measure(model: Autoencoder, splits: Splits, codes: dict[str, np.ndarray]) -> Report:
    """Measures how much of the labels, where there are any, a linear classifier reads from all layers' codes."""
    if not splits.labels:
        return Report()
    layers = {part: np.concatenate(model.layer_codes(splits[part].x), axis=1) for part in codes}
    error = linear_probe(layers, splits)
    return Report({"layers_probe_error": error["test"]}, {"layers_probe_error": error["validation"]})


def draw(model: Autoencoder, splits: Splits, codes: dict[str, np.ndarray]) -> dict[str, Drawing]:
    """Draws nothing: the recipe's own pictures show the code."""
    return {}
