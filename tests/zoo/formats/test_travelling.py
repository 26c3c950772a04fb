"""What graphs of models are made of, converted and run elsewhere: each piece that once could not be, in one go."""

import json
from functools import partial

import keras
import numpy as np
import pytest
import tensorflow as tf

from zoo import processes
from zoo.autoencoder import Endpoint
from zoo.exporting import writer
from zoo.families.restorer import _flipped
from zoo.layers.bicubic import Enlarging
from zoo.layers.mirror_padding import MirrorPadding
from zoo.layers.recurrent import LSTM
from zoo.layers.table_coding import TableCoding
from zoo.layers.vector_quantizer import VectorQuantizer
from zoo.ops.infinity import finite_or_infinite
from zoo.ops.searching import places
from zoo.ops.solving import solve
from zoo.ops.windows import mean_by_step
from zoo.wrappers.detectors import _chosen
from zoo.wrappers.recommender import _laid_out

RNG = np.random.default_rng(0)
CODING = partial(
    TableCoding, [1.0, 0, 2, 0], [2.0, 1, 1, 1], [None, None, 0.25, None], [(), (0.5, 0.5), (), (0.2, 0.8)]
)
ROOTS = RNG.normal(size=(3, 5, 5)).astype("float32")
MATRICES = ROOTS @ np.swapaxes(ROOTS, 1, 2) + np.eye(5, dtype="float32")
SAMPLES = RNG.normal(size=(3, 7)).astype("float32")
SAMPLES[0, 2], SAMPLES[1, 5] = np.inf, np.inf
PICTURES = RNG.uniform(size=(2, 6, 8, 3)).astype("float32")
WIDE = RNG.normal(size=(7, 600)).astype("float32")
ENTRIES = np.array([[0, 1], [2, 0], [0, 1], [1, 1]])  # one of them twice


class Pieces:
    """What a format asks of a model: pieces of graphs as its endpoints."""

    def __init__(self) -> None:
        self.quantizer, self.dense = VectorQuantizer(4, seed=0), keras.layers.Dense(3, "gelu")
        self.quantizer.build((None, 3))
        self.dense.build((None, 7))
        self.looped = LSTM(3, return_sequences=True)
        self.looped.build((None, 7, 1))
        self.variables = [*self.quantizer.variables, *self.dense.variables, *self.looped.variables]

    def endpoints(self) -> dict[str, Endpoint]:
        """One for each piece."""

        def piece(call, **examples):
            specs = [
                tf.TensorSpec((None, *np.shape(value)[1:]) if np.ndim(value) else (), np.asarray(value).dtype, name)
                for name, value in examples.items()
            ]
            return Endpoint(lambda *inputs: {"y": call(*inputs)}, tuple(specs), examples=examples)

        def free(call):
            image = tf.TensorSpec((None, None, None, 3), tf.float32, "image")
            return Endpoint(lambda image: {"y": call(image)}, (image,))

        branches = [lambda x, by=by: {"y": by * x} for by in (1.0, 2.0, 3.0)]
        normal = {"x": SAMPLES[2:], "normal": np.int32(2)}
        seen = (tf.TensorSpec((None, 7), tf.float32, "x"), tf.TensorSpec((), tf.int32, "normal"))
        return {
            "encode": free(lambda x: {"code": x}["code"])._replace(call=lambda image: {"code": image}),
            "enlarged": free(Enlarging(2)),
            "enlarged_three_times": free(Enlarging(3)),
            "filled": free(MirrorPadding(4)),
            "flipped": free(lambda x: _flipped(x, (1, 2)) - _flipped(x, (2,))),
            "nearest": piece(self.quantizer.indices, x=RNG.normal(size=(5, 3)).astype("float32")),
            "gelu": piece(self.dense, x=SAMPLES[2:]),
            "looped": piece(lambda x: self.looped(x[..., None]), x=SAMPLES[2:]),
            "by_step": piece(lambda x: mean_by_step(x, 3, 2, lambda windows: 2 * windows), x=WIDE[:, :2]),
            "tied": piece(lambda x: x @ WIDE @ tf.transpose(tf.constant(WIDE)), x=SAMPLES[2:]),
            "likeliest": piece(CODING(invert=True), x=np.nan_to_num(SAMPLES, posinf=1.0)),
            "by_column": piece(CODING().by_column, x=SAMPLES),
            "infinite": piece(lambda x: finite_or_infinite(x > 0, x), x=np.nan_to_num(SAMPLES, posinf=1.0)),
            "solved": piece(solve, matrix=MATRICES, right=MATRICES[:, :, :2]),
            "places": piece(lambda ids: places(tf.constant([2, 3, 5, 7, 2**40]), ids), ids=np.array([1, 2, 6, 2**41])),
            "laid_out": piece(
                lambda entries: _laid_out(entries, tf.ones_like(entries[:, 0], tf.float32), (3, 2)), entries=ENTRIES
            ),
            "chosen": Endpoint(_chosen(branches), seen, examples=normal),
            "rounded_down": piece(
                lambda a, b: a // b, a=np.int32([7, -7, 7, -7, 6, -6]), b=np.int32([2, 2, -2, -2, 3, 3])
            ),
            "where": piece(lambda x: tf.where(tf.math.is_finite(x), x, 0.0), x=SAMPLES),
            "where_true": piece(lambda x: tf.where(x[:, :1] > 0, x > 0, x < 0), x=SAMPLES),
            "unused": piece(lambda x, y: 2 * x, x=SAMPLES[2:], y=SAMPLES[2:]),
            "renamed": Endpoint(lambda x: {"x": x, "twice": 2 * x}, seen[:1], examples={"x": SAMPLES[2:]}),
            "constant": Endpoint(lambda: {"y": tf.constant([2, 3])}, ()),
            "texts": Endpoint(lambda x: {"y": x, "said": tf.as_string(x)}, seen[:1], examples={"x": SAMPLES[2:]}),
            "reads_texts": piece(tf.strings.length, x=np.array([b"a", b"bc"])),
            "drawn": Endpoint(lambda: {"y": tf.random.stateless_normal((2,), (1, 2))}, ()),
        }


@pytest.fixture(scope="module", params=["onnx", "litert"])
def folder(request, tmp_path_factory):
    """The pieces in a format."""
    pytest.importorskip({"onnx": "onnxruntime", "litert": "ai_edge_litert"}[request.param])
    folder = tmp_path_factory.mktemp("pieces") / request.param
    writer(request.param).write(Pieces(), folder, PICTURES)
    return folder


@pytest.fixture(scope="module")
def listed(folder):
    """The signatures of the pieces, and why others are none."""
    return json.loads((folder / "signatures.json").read_text())


def test_every_piece_is_kept_but_texts_and_draws(listed):
    assert listed["refused"].keys() == {"reads_texts", "drawn"}
    assert listed["refused"]["reads_texts"] == "it takes texts (x)"
    assert "random numbers" in listed["refused"]["drawn"]
    assert listed["signatures"]["texts"]["left_out"] == ["said"]


def test_each_computes_the_same_and_says_so(listed):
    for name, each in listed["signatures"].items():
        assert each["difference"] <= 1e-5, name
        assert each["bytes"] > 0
    assert {"1", "256"} <= listed["signatures"]["gelu"]["milliseconds"].keys()


def test_an_index_without_a_detector_is_an_error_there_too(folder):
    given = {str(i): {"x": SAMPLES[2:], "normal": np.int32(i)} for i in (2, 3, -1)}
    cases = {name: {"golden": inputs} for name, inputs in given.items()}
    found = {name: processes.run(folder.name, folder, {"chosen": case})["chosen"] for name, case in cases.items()}
    np.testing.assert_allclose(found["2"]["golden/y"], 3 * SAMPLES[2:], rtol=1e-6)
    assert "error" in found["3"]
    assert "error" in found["-1"]


def test_tied_weights_are_there_once_even_where_several_signatures_need_them(folder, listed):
    if listed["signatures"]["tied"]["file"] == "model.tflite":
        pytest.skip("LiteRT stores them twice")
    kept = b"".join(file.read_bytes() for file in folder.iterdir() if file.is_file())
    assert kept.count(WIDE.tobytes()) + kept.count(WIDE.T.tobytes()) == 1


def test_names_keep_their_order_and_those_that_make_no_difference(listed):
    unused = listed["signatures"]["unused"]
    assert [each["name"] for each in unused["inputs"]] == ["x", "y"]
    assert [each["shape"] for each in unused["inputs"]] == [[None, 7], [None, 7]]
    assert [each["name"] for each in listed["signatures"]["renamed"]["outputs"]] == ["x", "twice"]
