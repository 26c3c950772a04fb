"""The SavedModel's signatures: names, types, a free batch, raw pixels, and nothing but the model's weights."""

import numpy as np
import pytest
import tensorflow as tf

import zoo
from zoo.wrappers.scaled import Scaled


@pytest.fixture(scope="module")
def model():
    return zoo.build("vanilla", (4, 3), latent_dim=2, seed=0)


@pytest.fixture(scope="module")
def folder(model, tmp_path_factory):
    x = np.arange(24.0).reshape(2, 4, 3)
    return zoo.export(Scaled(model, 255), tmp_path_factory.mktemp("export"), formats=["saved_model"], examples=x)


@pytest.fixture(scope="module")
def signatures(folder):
    return tf.saved_model.load(folder / "saved_model").signatures


def test_inputs_and_outputs_are_named_and_float32(signatures):
    found = {}
    for name, signature in signatures.items():
        inputs = {
            key: (spec.shape.as_list(), spec.dtype) for key, spec in signature.structured_input_signature[1].items()
        }
        outputs = {key: (spec.shape.as_list(), spec.dtype) for key, spec in signature.structured_outputs.items()}
        found[name] = (inputs, outputs)
    x, code = ([None, 4, 3], tf.float32), ([None, 2], tf.float32)
    assert found == {
        "serving_default": ({"x": x}, {"reconstruction": x}),
        "encode": ({"x": x}, {"code": code}),
        "decode": ({"code": code}, {"reconstruction": x}),
        "score": ({"x": x}, {"score": ([None], tf.float32)}),
    }


@pytest.mark.parametrize("n", [1, 7])
def test_raw_pixels_go_in_and_come_out(model, signatures, n):
    scaled = np.random.default_rng(n).uniform(size=(n, 4, 3)).astype("float32")
    raw = tf.constant(scaled * 255)
    code = signatures["encode"](x=raw)["code"]
    np.testing.assert_allclose(code, model.encode(scaled), atol=1e-6)
    for reconstruction in (signatures["serving_default"](x=raw), signatures["decode"](code=code)):
        np.testing.assert_allclose(reconstruction["reconstruction"], 255 * model.reconstruct(scaled), atol=1e-4)
    np.testing.assert_allclose(signatures["score"](x=raw)["score"], model.score(scaled), atol=1e-6)


def test_only_the_weights_are_in_it(model, folder):
    variables = tf.train.list_variables(folder / "saved_model" / "variables" / "variables")
    numbers = sum(int(np.prod(shape)) for _, shape in variables if shape)
    assert numbers == model.count_params()


def test_the_golden_outputs_come_from_the_model_in_memory(model, folder):
    with np.load(folder / "golden.npz") as golden:
        raw = golden["serving_default/in/x"]
        np.testing.assert_array_equal(raw, np.arange(24.0).reshape(2, 4, 3))
        np.testing.assert_allclose(golden["encode/out/code"], model.encode(raw / 255), atol=1e-6)
        assert {key.partition("/")[0] for key in golden.files} == {"serving_default", "encode", "decode", "score"}


def test_mistakes_are_answered_before_anything_is_written(model, tmp_path):
    with pytest.raises(zoo.UsageError, match="Did you mean 'saved_model'"):
        zoo.export(model, tmp_path, formats=["savedmodel"])
    with pytest.raises(zoo.UsageError, match="largest must be a number above 0"):
        Scaled(model, 0)
    assert not list(tmp_path.iterdir())


def test_a_writer_that_fails_leaves_the_former_export_whole(model, folder, monkeypatch):
    from zoo.formats import saved_model

    def fail(*_):
        raise tf.errors.ResourceExhaustedError(None, None, "No space left on device")

    before = {f: f.read_bytes() for f in folder.rglob("*") if f.is_file()}
    monkeypatch.setattr(saved_model, "write", fail)
    with pytest.raises(OSError, match="No space left on device"):
        zoo.export(model, folder)
    assert {f: f.read_bytes() for f in folder.rglob("*") if f.is_file()} == before
