"""Exports, codes and scores are float32, whatever the policy of the training."""

import subprocess
from collections.abc import Callable

import keras
import numpy as np
import pytest

import zoo
from zoo import kinds, precision, registry
from zoo.autoencoder import Autoencoder
from zoo.wrappers.detector import Detector
from zoo.wrappers.scaled import Scaled

POLICIES = ["mixed_bfloat16", "mixed_float16"]
EACH = [(policy, name, kind) for policy in POLICIES for name in zoo.list_models() for kind in zoo.describe(name).kinds]
QUICK = {("mixed_bfloat16", "vanilla", "pixels"), ("mixed_float16", "vq_vae", "pixels")}
CASES = [pytest.param(*each, marks=() if each in QUICK else pytest.mark.slow) for each in EACH]


def trained(policy: str, name: str, kind: str = "pixels") -> tuple[Autoencoder, np.ndarray]:
    """A model of that policy that has taken a few steps, while the policy for new layers is another; and samples."""
    its = kinds.find(kind)
    x = its.samples(np.random.default_rng(0), 32, tuple(size or 8 for size in its.SHAPES[0]))
    options = {"output": kind} if "output" in registry.hyperparameters(registry.find(name)) else {}
    with precision.policy(policy):
        model = zoo.build(name, x.shape[1:], seed=0, **options)
    keras.utils.set_random_seed(0)
    model.fit(x, batch_size=8, verbose=0)
    return model, x


@pytest.mark.parametrize(("policy", "name", "kind"), CASES)
def test_a_model_of_mixed_precision_is_exported_in_float32(policy, name, kind, tmp_path, fresh_python):
    model, x = trained(policy, name, kind)
    codes, scores = model.encode(x), model.score(x)
    assert codes.dtype == scores.dtype == model.decode(codes).dtype == np.float32
    with precision.policy(policy):  # as where a person has set it for everything
        folder = zoo.export(model, tmp_path / "export", formats=["saved_model", "keras"], examples=x[:3])
        again = zoo.load(folder)
    golden = np.load(folder / "golden.npz")
    assert {golden[key].dtype.name for key in golden.files} <= {"float32", "int32", "bool", "uint8"}
    exact = precision.in_float32(model)
    assert {layer.dtype_policy.name for layer in again._flatten_layers()} == {"float32"}
    np.testing.assert_array_equal(again.score(x), exact.score(x))
    assert np.isfinite(codes).all()
    assert np.isfinite(scores).all()
    np.testing.assert_allclose(exact.score(x), scores, atol=0.1 * np.abs(scores).max())
    check_verified(fresh_python, folder)


def check_verified(fresh_python: Callable[..., subprocess.CompletedProcess], folder: object) -> None:
    run = fresh_python("-I", "serving/verify.py", folder)
    assert run.returncode == 0, run.stdout + run.stderr


def test_weights_and_the_optimizers_state_are_kept_by_what_is_in_float32():
    model, x = trained("mixed_float16", "sparse")
    with precision.policy("mixed_float16"):
        wrapped = Scaled(Detector(model, blur=1.0), 255.0)
    exact = precision.in_float32(wrapped)
    assert {layer.dtype_policy.name for layer in exact._flatten_layers()} == {"float32"}
    for ours, theirs in zip(exact.weights, wrapped.weights, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    found = exact.model.model.optimizer.variables
    assert [v.numpy().tolist() for v in found] == [
        v.numpy().tolist() for v in model.optimizer.inner_optimizer.variables
    ]
    assert precision.in_float32(exact) is exact
    assert keras.config.dtype_policy().name == "float32"
    assert exact.detect(255 * x).dtype == bool


def test_a_policy_that_has_no_float32_weights_is_not_exported(tmp_path):
    model, _ = trained("mixed_bfloat16", "vanilla")
    model.encoder.get_layer("code").quantize("int8")
    with pytest.raises(zoo.UsageError, match="must have the policies float32, mixed_bfloat16, mixed_float16"):
        zoo.export(model, tmp_path / "export")
    assert not (tmp_path / "export").exists()
