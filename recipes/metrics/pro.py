"""Per-region overlap: how much of each defect a map finds, whatever its size, at few false alarms.

Paper: Bergmann, Batzner, Fauser, Sattlegger and Steger 2020, The MVTec anomaly detection dataset.
"""

from collections.abc import Sequence

import numpy as np
from skimage.measure import label
from sklearn.metrics import roc_curve

MOST = 0.3  # false alarms among normal pixels: beyond, so the paper says, no map is of use


def pro(masks: Sequence[np.ndarray], maps: Sequence[np.ndarray], most: float = MOST) -> float:
    """Returns the mean share of a region that is found, averaged over rates of false alarms from 0 to `most`.

    A region is a connected component of a mask, corners included. Of each region the share of its pixels above a
    threshold is taken, so that a scratch counts as much as a stain; the rate of false alarms is that among all normal
    pixels. That is a ROC curve in which the pixels of each region weigh 1 together.

    Args:
        masks: By picture, booleans of the shape `(height, width)`; one of them at least has a region, and not all
            pixels lie in one.
        maps: By picture, scores of that shape; high means unusual.
        most: The highest rate of false alarms, above 0, at most 1.
    """
    weights = [_weights(mask) for mask in masks]
    weight = np.concatenate([each.ravel() for each in weights])
    defect = weight > 0
    scores = np.concatenate([each.ravel() for each in maps])
    alarms, overlap, _ = roc_curve(defect, scores, sample_weight=np.where(defect, weight, 1.0))
    end = int(np.searchsorted(alarms, most))  # the first point there or beyond: what rises there counts no more
    share = (most - alarms[end - 1]) / (alarms[end] - alarms[end - 1])
    at_most = overlap[end - 1] + share * (overlap[end] - overlap[end - 1])
    return float(np.trapezoid(np.r_[overlap[:end], at_most], np.r_[alarms[:end], most]) / most)


def _weights(mask: np.ndarray) -> np.ndarray:
    """Returns, for each pixel, 1 over the size of its region; 0 for a normal one."""
    regions = label(mask, connectivity=2)
    sizes = np.bincount(regions.ravel())
    return np.where(regions > 0, 1.0 / sizes[regions], 0.0)
