"""Alarms by step: how many steps of anomalies are found, and how many others are called so."""

import numpy as np


def alarms(anomalous: np.ndarray, flagged: np.ndarray) -> dict[str, float]:
    """Returns `f1`, the harmonic mean of precision and recall, `false_alarms` and `missed`.

    On the board of SKAB these are called F1, FAR, the share of normal steps that are flagged, and MAR, the share of
    anomalous steps that are not.

    Args:
        anomalous: Booleans by step, shape `(steps,)`, of both kinds.
        flagged: Likewise.
    """
    hits, false, missed = (
        int(np.sum(a & b)) for a, b in ((anomalous, flagged), (~anomalous, flagged), (anomalous, ~flagged))
    )
    return {
        "f1": 2 * hits / max(2 * hits + false + missed, 1),
        "false_alarms": false / int(np.sum(~anomalous)),
        "missed": missed / int(np.sum(anomalous)),
    }
