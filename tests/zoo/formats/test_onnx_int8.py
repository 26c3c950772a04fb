"""Graphs that multiply integers: against the same arithmetic by hand, and held to what was measured of them."""

import json

import numpy as np
import pytest
import tensorflow as tf

import zoo
from zoo import converting, processes
from zoo.autoencoder import Endpoint
from zoo.exporting import writer

pytest.importorskip("onnxruntime")
RNG = np.random.default_rng(0)
WEIGHTS = RNG.normal(size=(64, 24)).astype("float32")
KERNEL = RNG.normal(size=(3, 3, 4, 32)).astype("float32")
ROWS = RNG.normal(size=(5, 64)).astype("float32")
PICTURES = RNG.uniform(size=(4, 6, 8, 4)).astype("float32")


class Pieces:
    """What the format asks of a model: a dense product and a convolution as its endpoints."""

    variables = ()

    def endpoints(self) -> dict[str, Endpoint]:
        image = tf.TensorSpec((None, None, None, 4), tf.float32, "image")
        rows = tf.TensorSpec((None, 64), tf.float32, "x")
        return {
            "encode": Endpoint(lambda image: {"code": image}, (image,)),
            "dense": Endpoint(lambda x: {"y": x @ WEIGHTS}, (rows,), examples={"x": ROWS}),
            "convolved": Endpoint(lambda image: {"y": tf.nn.conv2d(image, KERNEL, 1, "SAME")}, (image,)),
        }


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The pieces in the format."""
    folder = tmp_path_factory.mktemp("pieces") / "onnx_int8"
    writer("onnx_int8").write(Pieces(), folder, PICTURES[:2], PICTURES)
    return folder


def run(folder, signature, **inputs):
    """What a signature gives in a process of its own."""
    return processes.run("onnx_int8", folder, {signature: {"golden": inputs}})[signature]["golden/y"]


def steps(x, axis=None):
    """Numbers in 255 steps from the least to the largest, 0 among them: which step, a step's size, and which is 0."""
    low, high = (np.minimum(x.min(axis), 0), np.maximum(x.max(axis), 0))
    size = ((high - low) / 255).astype("float32")
    zero = np.rint(-low / size)
    return np.clip(np.rint(x / size) + zero, 0, 255), size, zero


def test_a_dense_product_is_that_of_rounded_numbers_by_column(folder):
    x, size, zero = steps(ROWS)
    w, sizes, zeros = steps(WEIGHTS, axis=0)
    expected = size * sizes * ((x - zero) @ (w - zeros))
    np.testing.assert_allclose(run(folder, "dense", x=ROWS), expected, rtol=1e-4, atol=1e-4)
    assert 0.01 < np.abs(expected - ROWS @ WEIGHTS).max() < 0.5  # so that one is not taken for the other


def test_a_convolution_answers_each_picture_alone(folder):
    together = run(folder, "convolved", image=PICTURES)
    np.testing.assert_array_equal(run(folder, "convolved", image=PICTURES[2:3]), together[2:3])
    wanted = tf.nn.conv2d(PICTURES, KERNEL, 1, "SAME").numpy()
    assert 0 < np.abs(together - wanted).max() < 0.03 * np.abs(wanted).max()


def test_calibration_says_how_large_numbers_become(folder, tmp_path):
    writer("onnx_int8").write(Pieces(), tmp_path / "onnx_int8", PICTURES[:2], PICTURES / 2)
    wanted = tf.nn.conv2d(PICTURES, KERNEL, 1, "SAME").numpy()
    off = [np.abs(run(each, "convolved", image=PICTURES) - wanted).max() for each in (folder, tmp_path / "onnx_int8")]
    assert off[1] > 10 * off[0]  # what is larger than all that was seen is cut off


def test_it_says_how_far_off_each_is_and_allows_copies_twice_as_much(folder):
    listed = json.loads((folder / "signatures.json").read_text())["signatures"]
    assert listed["encode"]["difference"] == 0  # nothing is multiplied
    assert listed["encode"]["tolerance"] == converting.TOLERANCE
    for name in ("dense", "convolved"):
        assert 1e-4 < listed[name]["difference"] < 0.05
        assert listed[name]["tolerance"] == 2 * listed[name]["difference"]
    stored = WEIGHTS.size + KERNEL.size
    assert stored <= (folder / "weights.bin").stat().st_size < stored + 1000  # a byte a weight


def test_a_stranger_holds_it_to_what_it_says_of_itself(tmp_path, fresh_python):
    x = RNG.uniform(size=(8, 20)).astype("float32")
    export = zoo.export(
        zoo.build("vq_vae", (20,), latent_dim=4, filters=(8,), seed=0), tmp_path, formats=["onnx_int8"], examples=x
    )
    run = fresh_python("-I", "serving/verify.py", "--format", "onnx_int8", export)
    assert run.returncode == 0, run.stdout + run.stderr
    with np.load(export / "golden.npz") as stored:
        arrays = dict(stored)
    arrays["serving_default/out/reconstruction"] += 0.5
    np.savez(export / "golden.npz", **arrays)
    (export / "SHA256SUMS").unlink()
    run = fresh_python("-I", "serving/verify.py", "--format", "onnx_int8", export)
    assert run.returncode == 1
    assert "serving_default's reconstruction differs by" in run.stderr
