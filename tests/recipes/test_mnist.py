"""The MNIST recipe in miniature, for every model of the zoo."""

import json
import math

import numpy as np
import pytest
import tensorflow as tf

import zoo
from recipes import mnist
from recipes.tasks import features

NUMBERS = {"bce", "mse", "sse", "probe_error", "active_share", "dead_share"}


@pytest.mark.parametrize("model", zoo.list_models(data="pixels"))
def test_a_run_returns_finite_numbers_and_writes_all_files(model, exported):
    numbers, folder = exported(model)
    assert numbers.keys() >= NUMBERS
    assert all(math.isfinite(value) for value in numbers.values())
    assert 0 < numbers["mse"] < 0.5
    assert numbers["sse"] == pytest.approx(16 * 16 * numbers["mse"])
    assert all(0 <= numbers[key] <= 1 for key in ("probe_error", "active_share", "dead_share"))
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert files >= {
        "metrics.json",
        "card.md",
        "golden.npz",
        "SHA256SUMS",
        "saved_model/assets.extra/model.json",
        "saved_model/saved_model.pb",
        "saved_model/fingerprint.pb",
        "saved_model/variables/variables.index",
        "saved_model/variables/variables.data-00000-of-00001",
        *(f"figures/{name}.png" for name in ("reconstructions", "curves", "features", "activity")),
    }
    assert {path.name for path in folder.parent.iterdir()} == {folder.name, f"{folder.name}.training"}


def test_the_export_takes_raw_pixels_and_gives_the_measured_error(exported, digits):
    numbers, folder = exported("vanilla")
    signatures = tf.saved_model.load(folder / "saved_model").signatures
    scores = signatures["score"](x=tf.constant(digits["x_test"], tf.float32))["score"]
    assert float(np.mean(scores)) == pytest.approx(numbers["mse"], rel=1e-4)


def test_the_same_options_give_the_same_numbers_and_weights(exported, idx_folder, tmp_path):
    numbers, folder = exported("vanilla")
    config = mnist.Config(model="vanilla", epochs=2, batch_size=32, data=str(idx_folder), out=tmp_path / "again")
    assert mnist.run(config) == numbers
    first, again = (zoo.load(made).get_weights() for made in (folder, tmp_path / "again"))
    assert all(np.array_equal(*pair) for pair in zip(first, again, strict=True))


class Linear:
    """A model that decodes unit j of a code as 10 ** j in pixel j."""

    def decode(self, codes):
        return (codes * 10.0 ** np.arange(codes.shape[1])).reshape(-1, 1, codes.shape[1])


def test_what_a_unit_adds_is_its_span_decoded_most_active_first():
    codes = np.array([[0.0, 1.0, 5.0], [2.0, 1.5, 5.0]])
    active = np.array([[False, True, False], [True, True, False]])
    added = features.added_by_units(Linear(), codes, active)
    np.testing.assert_allclose(added[:, 0], [[0, 5, 0], [2, 0, 0], [0, 0, 0]])
    assert len(features.added_by_units(Linear(), codes, active, most=1)) == 1


def test_the_baselines_stand_beside_on_the_same_split(exported):
    numbers, folder = exported("vanilla")
    rows = json.loads((folder / "metrics.json").read_text())["baselines"]
    active = max(1, round(numbers["active_share"] * 32))
    assert [(row["name"], row["metric"]) for row in rows] == [
        ("PCA-32", "mse"),
        ("PCA-32", "sse"),
        ("PCA-32", "probe_error"),
        (f"PCA-{active}", "mse"),
        (f"PCA-{active}", "sse"),
        ("raw pixels", "probe_error"),
    ]
    assert rows[0]["value"] < rows[3]["value"]  # more components, less error
