"""Volume under the surface of precision and recall: how well scores by step find anomalies that last, near enough.

Where an anomaly begins and ends is rarely known to the step. So labels get a buffer: with a width w, a step that lies d
steps outside an anomaly, d at most w/2, has the label sqrt(1 - d/w). At a threshold, with |.| the sum over steps, P
those labelled 1, l the labels and p those above the threshold,

    precision = |l p| / |p|,   recall = |l p| / (|P| + |l p outside of P| / 2) * share of anomalies that are touched,

anomalies that their buffers join being one. The area under a curve is the sum over thresholds, from the highest score
down, of precision times what recall has gained; the volume is the mean of the areas for w = 0, 1, ..., buffer. Random
scores get about the share of anomalous steps, and more the wider the buffer.

Paper: Paparrizos, Boniol, Palpanas, Tsay, Elmore and Franklin 2022, Volume under the surface: a new accuracy evaluation
measure for time-series anomaly detection; in the form of Liu and Paparrizos 2024, The elephant in the room: towards a
reliable time-series anomaly detection benchmark, in which only those labels of a buffer count as positive whose steps
are above the threshold.
"""

import numpy as np

THRESHOLDS = 250  # as in the papers: scores at as many ranks, evenly spaced


def vus_pr(anomalous: np.ndarray, scores: np.ndarray, buffer: int) -> float:
    """Returns the volume under the surface of precision and recall, from 0 to 1.

    Args:
        anomalous: Booleans by step, shape `(steps,)`, at least one of them true.
        scores: Shape `(steps,)`, infinite ones too; high means unusual.
        buffer: The greatest width w, in steps, such as the series' period.
    """
    order = np.argsort(-scores, kind="stable")
    falling = scores[order]
    thresholds = falling[np.linspace(0, len(scores) - 1, THRESHOLDS).astype(int)]
    above = np.searchsorted(-falling, -thresholds, side="right")  # steps above each threshold, or at it
    edges = np.flatnonzero(np.diff(anomalous.astype("int8"), prepend=0, append=0)).reshape(-1, 2)
    hits = np.cumsum(anomalous[order])[above - 1]
    areas = []
    for width in range(buffer + 1):
        found = np.cumsum(buffered(anomalous, edges, width)[order])[above - 1]
        positive = anomalous.sum() + (found - hits) / 2
        recall = np.minimum(found / positive, 1) * _touched(scores, edges, width, thresholds)
        areas.append(np.sum(np.diff(recall, prepend=0) * found / above))
    return float(np.mean(areas))


def buffered(anomalous: np.ndarray, edges: np.ndarray, width: int) -> np.ndarray:
    """Returns labels from 0 to 1 with a buffer of that width, shape `(steps,)`.

    Args:
        anomalous: As above.
        edges: Where each anomaly begins, and the step after its end, shape `(anomalies, 2)`.
        width: The width w.
    """
    labels = anomalous.astype("float64")
    distance = np.arange(1, width // 2 + 1)
    values = np.sqrt(1 - distance / max(width, 1))
    for begin, end in edges:
        before, after = min(len(distance), begin), min(len(distance), len(labels) - end)
        labels[begin - before : begin] += values[:before][::-1]
        labels[end : end + after] += values[:after]
    return np.minimum(labels, 1)


def _touched(scores: np.ndarray, edges: np.ndarray, width: int, thresholds: np.ndarray) -> np.ndarray:
    """Returns, by threshold, the share of anomalies in whose buffers a score reaches it."""
    half = width // 2
    apart = edges[:-1, 1] - 1 + half < edges[1:, 0] - half
    begins = np.maximum(edges[np.r_[True, apart], 0] - half, 0)
    ends = np.minimum(edges[np.r_[apart, True], 1] + half, len(scores))
    highest = np.maximum.reduceat(np.append(scores, -np.inf), np.stack([begins, ends], axis=1).ravel())[::2]
    return np.mean(highest >= thresholds[:, None], axis=1)
