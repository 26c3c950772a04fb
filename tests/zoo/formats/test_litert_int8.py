"""A file with a byte a weight: held to what was measured of it, and not far from the model."""

import json

import numpy as np
import pytest
import tensorflow as tf

from zoo import converting, processes
from zoo.autoencoder import Endpoint
from zoo.exporting import writer

pytest.importorskip("ai_edge_litert")
RNG = np.random.default_rng(0)
WEIGHTS = RNG.normal(size=(64, 24)).astype("float32")
ROWS = RNG.normal(size=(5, 64)).astype("float32") * np.array([[1], [100], [1], [0.01], [1]], "float32")
CODES = RNG.normal(size=(5, 8)).astype("float32")


class Pieces:
    """What the format asks of a model: a dense product, and something that multiplies nothing, as its endpoints."""

    variables = ()

    def endpoints(self) -> dict[str, Endpoint]:
        x = tf.TensorSpec((None, 8), tf.float32, "x")
        rows = tf.TensorSpec((None, 64), tf.float32, "rows")
        return {
            "encode": Endpoint(lambda x: {"code": 2 * x}, (x,)),
            "dense": Endpoint(lambda rows: {"y": rows @ WEIGHTS}, (rows,), examples={"rows": ROWS}),
        }


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The pieces in the format."""
    folder = tmp_path_factory.mktemp("pieces") / "litert_int8"
    writer("litert_int8").write(Pieces(), folder, CODES)
    return folder


def run(folder, **inputs):
    """What the dense product gives in a process of its own."""
    return processes.run("litert_int8", folder, {"dense": {"golden": inputs}})["dense"]["golden/y"]


def test_a_dense_product_is_off_by_no_more_than_steps_of_its_row_and_of_weights(folder):
    found, wanted = run(folder, rows=ROWS), ROWS @ WEIGHTS
    steps = [np.abs(ROWS).max(axis=1, keepdims=True) / 127, np.abs(WEIGHTS).max() / 127]
    # Each of 64 products is off by half a step of the one times the other, at most.
    most = steps[0] * np.abs(WEIGHTS).sum(axis=0) + steps[1] * np.abs(ROWS).sum(axis=1, keepdims=True)
    assert (np.abs(found - wanted) <= most).all()
    assert np.abs(found - wanted).max() > 1e-4  # so that one is not taken for the other


def test_a_row_is_answered_alone(folder):
    together = run(folder, rows=ROWS)
    for place in (1, 3):  # beside which others are small, or large
        np.testing.assert_allclose(run(folder, rows=ROWS[[place]]), together[[place]], rtol=1e-5)


def test_it_says_how_far_off_each_is_and_allows_copies_twice_as_much(folder):
    listed = json.loads((folder / "signatures.json").read_text())["signatures"]
    assert listed["encode"]["difference"] == 0  # nothing is multiplied
    assert listed["encode"]["tolerance"] == converting.TOLERANCE
    assert 1e-5 < listed["dense"]["difference"] < 0.05
    assert listed["dense"]["tolerance"] == 2 * listed["dense"]["difference"]
    assert WEIGHTS.size <= (folder / "model.tflite").stat().st_size < 2.5 * WEIGHTS.size  # a byte a weight, and a graph
