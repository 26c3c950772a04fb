"""What is normal, what few samples allow, and the sentences about baselines and trainings, by arithmetic."""

import numpy as np
import pytest

from recipes.data.splits import Part, Splits
from recipes.data.units import Standardized
from recipes.publishing import Report, row
from recipes.tasks.detection import measuring, normal
from recipes.tasks.detection.normal import Kind
from zoo import UsageError


def splits(train: int, validation: int, test: int, anomalies: int = 2) -> Splits:
    """Makes a table of two columns with so many normal rows, and with anomalies in test."""

    def part(normal: int, others: int = 0) -> Part:
        return Part(
            np.ones((normal + others, 2), "float32"), np.r_[np.zeros(normal, "int64"), np.ones(others, "int64")]
        )

    units = Standardized(("a", "b"), np.zeros(2, "float32"), np.ones(2, "float32"))
    parts = part(train), part(validation), part(test, anomalies)
    return Splits(*parts, "t", "t.csv", "", "", units, ("good", "bad"))


def test_normal_validation_samples_are_enough():
    assert normal.kinds_of(splits(5, 1, 1), "good", None) == [Kind("good", 0)]


@pytest.mark.parametrize(
    ("counts", "false_alarms", "message"),
    [
        ((4, 3, 2), None, "at least 5 normal samples must train, 1 must validate and 1 must test. Received: 4, 3, 2"),
        ((5, 0, 2), None, "Received: 5, 0, 2 of good"),
        (
            (50, 18, 2),
            0.05,
            "--false-alarms 0.05 needs at least 19 normal samples to validate by. Received: 18 of good",
        ),
        ((50, 18, 2, 0), None, "all 2 samples for test are good: no anomalies"),
    ],
)
def test_too_few_samples_are_refused(counts, false_alarms, message):
    with pytest.raises(UsageError) as error:
        normal.kinds_of(splits(*counts), "good", false_alarms)
    assert message in str(error.value)


def test_few_samples_allow_more_false_alarms():
    assert normal.share_of(None, 100) == 0.05
    assert normal.share_of(None, 9) == pytest.approx(0.1)
    assert normal.share_of(0.2, 9) == 0.2


def test_a_part_without_anomalies_gives_false_alarms_alone():
    flags = np.array([True, False, False, False])
    found = measuring.numbers(splits(5, 4, 1).validation, [Kind("good", 0)], [np.arange(4.0)], [flags])
    assert found == {"false_alarms": 0.25}


def test_the_verdict_names_the_baselines_that_are_better():
    rows = [row(name, metric, value, "", "") for name, metric, value in (
        ("PCA", "auroc", 0.7), ("kNN", "auroc", 0.95), ("kNN", "average_precision", 1.0),
    )]  # fmt: skip
    worse = measuring.verdict(Report(test={"auroc": 0.9}, baselines=rows), "auroc")
    assert worse == {"auroc": "better here than the model (0.9000): kNN (0.9500). A simpler method may do."}
    assert measuring.verdict(Report(test={"auroc": 0.96}, baselines=rows), "auroc")["auroc"].startswith("no baseline")


def test_a_loss_that_still_falls_is_a_warning():
    kinds = [Kind("good", 0), Kind("bad", 1)]
    assert measuring.unfinished(kinds, [False, False]) == {}
    assert "(normal: bad): raise --epochs" in measuring.unfinished(kinds, [False, True])["epochs"]
