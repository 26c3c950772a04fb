"""Weights that several ONNX files need are stored once, and each file runs as it did."""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from zoo.onnx_graphs import ALIGNED, SMALL, WEIGHTS, share

RNG = np.random.default_rng(0)
LARGE, OTHER = RNG.normal(size=(16, 16)).astype("float32"), RNG.normal(size=(16, 33)).astype("float32")
SMALL_ONE = RNG.normal(size=16).astype("float32")


def save(folder, name, **weights):
    """Writes y = x W1 + W2 ..., each weight a product or, where it is a vector, a sum."""
    nodes, before = [], "x"
    for i, (key, value) in enumerate(weights.items()):
        after = "y" if i == len(weights) - 1 else f"between_{i}"
        nodes.append(helper.make_node("Add" if value.ndim == 1 else "MatMul", [before, key], [after]))
        before = after
    ends = [helper.make_tensor_value_info(end, TensorProto.FLOAT, [None, None]) for end in "xy"]
    tensors = [numpy_helper.from_array(value, key) for key, value in weights.items()]
    graph = helper.make_graph(nodes, name, ends[:1], ends[1:], tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.save(model, folder / f"{name}.onnx")


def run(folder, name, x):
    return onnxruntime.InferenceSession(folder / f"{name}.onnx").run(None, {"x": x})[0]


def test_equal_weights_are_stored_once_and_small_ones_stay(tmp_path):
    save(tmp_path, "one", w=LARGE, b=SMALL_ONE)
    save(tmp_path, "two", v=LARGE.copy(), w=OTHER)
    x = RNG.normal(size=(3, 16)).astype("float32")
    for _ in range(2):  # what is shared is shared again to the same
        share(tmp_path)
        assert (tmp_path / WEIGHTS).stat().st_size == LARGE.nbytes + OTHER.nbytes  # 1,024 is a multiple of 64
        assert all((tmp_path / f"{name}.onnx").stat().st_size < SMALL for name in ("one", "two"))
        np.testing.assert_allclose(run(tmp_path, "one", x), x @ LARGE + SMALL_ONE, rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(run(tmp_path, "two", x), x @ LARGE @ OTHER, rtol=1e-5, atol=1e-4)
    (tmp_path / "two.onnx").unlink()
    share(tmp_path)
    assert (tmp_path / WEIGHTS).stat().st_size == LARGE.nbytes


def test_tied_weights_are_stored_once_also_of_several_files(tmp_path):
    save(tmp_path, "both", w=OTHER, v=np.ascontiguousarray(OTHER.T))
    save(tmp_path, "decode", v=np.ascontiguousarray(OTHER.T), b=SMALL_ONE)
    save(tmp_path, "square", w=LARGE, v=np.ascontiguousarray(LARGE.T))
    x, code = RNG.normal(size=(3, 16)).astype("float32"), RNG.normal(size=(3, 33)).astype("float32")
    for _ in range(2):
        share(tmp_path, tied=True)
        assert (tmp_path / WEIGHTS).stat().st_size == -(-OTHER.nbytes // ALIGNED) * ALIGNED + 2 * LARGE.nbytes
        np.testing.assert_allclose(run(tmp_path, "both", x), x @ OTHER @ OTHER.T, rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(run(tmp_path, "decode", code), code @ OTHER.T + SMALL_ONE, rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(run(tmp_path, "square", x), x @ LARGE @ LARGE.T, rtol=1e-4, atol=1e-4)
    share(tmp_path)  # where nothing is tied, what was stays
    np.testing.assert_allclose(run(tmp_path, "decode", code), code @ OTHER.T + SMALL_ONE, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("columns", [17, 32])
def test_weights_begin_at_multiples(columns, tmp_path):
    save(
        tmp_path,
        "one",
        v=RNG.normal(size=(16, columns)).astype("float32"),
        w=RNG.normal(size=(columns, 16)).astype("f4"),
    )
    share(tmp_path)
    tensors = onnx.load(tmp_path / "one.onnx", load_external_data=False).graph.initializer
    places = [int({entry.key: entry.value for entry in tensor.external_data}["offset"]) for tensor in tensors]
    assert [place % ALIGNED for place in places] == [0, 0]
    x = np.eye(16, dtype="float32")
    assert run(tmp_path, "one", x).shape == (16, 16)


def test_without_large_ones_there_is_no_such_file(tmp_path):
    save(tmp_path, "one", b=SMALL_ONE)
    share(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["one.onnx"]
