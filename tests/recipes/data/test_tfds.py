"""TensorFlow Datasets gives the official digits in an order of its own, and says in a sentence what it cannot give."""

from pathlib import Path

import pytest

from recipes.data import idx, tfds
from zoo import UsageError

SHARED = Path(__file__).resolve().parents[3] / "../shared/data"


def parts(splits):
    return [splits.train, splits.validation, splits.test]


@pytest.mark.skipif(not (SHARED / "tfds/mnist").is_dir(), reason="no prepared TensorFlow Datasets beside the checkout")
@pytest.mark.skipif(not (SHARED / "mnist").is_dir(), reason="no official MNIST files beside the checkout")
def test_tfds_holds_the_official_digits(monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(SHARED / "tfds"))
    found, official = tfds.load("tfds"), idx.load(str(SHARED / "mnist"))
    assert [len(part) for part in parts(found)] == [55_000, 5000, 10_000]

    def labelled(*parts):  # TensorFlow Datasets keeps samples in an order of its own
        return sorted(
            row.tobytes() + bytes([label]) for part in parts for row, label in zip(part.x, part.y, strict=True)
        )

    assert (found.key, found.name, found.labels) == ("mnist", "MNIST", tuple("0123456789"))
    assert labelled(found.test) == labelled(official.test)
    assert labelled(found.train, found.validation) == labelled(official.train, official.validation)


def test_tfds_that_is_not_there_is_told_in_a_sentence(monkeypatch, tmp_path):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    with pytest.raises(UsageError, match="could not give 'no_such_set'") as error:
        tfds.load("tfds:no_such_set")
    assert "TFDS_DATA_DIR" in str(error.value)
    assert "\n" not in str(error.value)
