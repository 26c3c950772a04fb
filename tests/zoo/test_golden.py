"""Golden outputs: what an export is checked by."""

import numpy as np

import zoo
from zoo import golden


def test_the_samples_of_golden_outputs_are_found_again_by_a_model_that_takes_them(tmp_path):
    model = zoo.build("vanilla", (6,), latent_dim=2, seed=0)
    x = np.random.default_rng(0).random((3, 6)).astype("float32")
    kept = zoo.export(model, tmp_path, examples=x) / golden.NAME
    np.testing.assert_array_equal(golden.samples(model, kept), x)
    assert golden.samples(zoo.build("vanilla", (7,), latent_dim=2), kept) is None
    kept.write_bytes(b"no archive")
    assert golden.samples(model, kept) is None
    kept.unlink()
    assert golden.samples(model, kept) is None
