"""A variational autoencoder that knows its samples' labels."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import zoo
from zoo.wrappers.scaled import Scaled

RNG = np.random.default_rng(0)
LABELS = RNG.integers(0, 3, 192)
# A class's samples are all alike: a band at its own place.
BANDS = np.repeat(np.eye(3), 4, axis=1).reshape(3, 4, 3).astype("float32")
X = BANDS[LABELS]


def small(**hyperparameters):
    options = {"latent_dim": 2, "hidden_units": (16,), "classes": 3, "learning_rate": 0.01, "seed": 0}
    return zoo.build("vae", (4, 3), **{**options, **hyperparameters})


@pytest.fixture(scope="module")
def trained():
    keras.utils.set_random_seed(0)
    model = small()
    held_out = (X[:32], LABELS[:32])
    model.history_ = model.fit(X, LABELS, validation_data=held_out, epochs=40, batch_size=32, verbose=0).history
    return model


def test_a_label_gives_samples_of_its_class_and_all_in_turn_if_none_is_given(trained):
    for label in range(3):
        np.testing.assert_allclose(trained.sample(20, label=label), np.repeat(BANDS[label][None], 20, axis=0), atol=0.1)
    np.testing.assert_array_equal(trained.sample(5), trained.sample(5, label=[0, 1, 2, 0, 1]))
    np.testing.assert_array_equal(trained.sample(5, seed=1, label=2), trained.sample(5, seed=1, label=2))


def test_what_the_label_tells_the_code_need_not(trained):
    # All of a class are one sample, so nothing is left for the code to say.
    assert trained.history_["val_kl"][-1] < 0.02
    alone = small(classes=0)
    assert alone.fit(X, epochs=40, batch_size=32, verbose=0).history["kl"][-1] > 0.5


def test_one_code_with_another_label_is_another_classes_sample(trained):
    codes = trained.encode(X[:6], LABELS[:6])
    assert codes.shape == (6, 2)
    np.testing.assert_allclose(trained.decode(codes, 1), np.repeat(BANDS[1][None], 6, axis=0), atol=0.1)
    between = trained.interpolate(BANDS[2], BANDS[2], 3, label=2)
    np.testing.assert_allclose(between[0], between[2], rtol=1e-6)


def test_a_sample_with_a_wrong_label_is_unusual(trained):
    right, wrong = trained.score(X, LABELS), trained.score(X, (LABELS + 1) % 3)
    assert right.shape == (192,)
    assert right.max() < 0.02 < 0.3 < wrong.min()
    assert trained.log_likelihood(X, LABELS, 50).min() > -0.5 > trained.log_likelihood(X, (LABELS + 1) % 3, 50).max()


@pytest.mark.parametrize("options", [{"filters": (4,)}, {"importance_samples": 2, "binarize": True}])
def test_its_validation_loss_is_its_loss_for_arrays_and_batches(options):
    model = small(**options)
    found = model.fit(X, LABELS, validation_data=(X, LABELS), epochs=1, batch_size=64, verbose=0).history
    batches = tf.data.Dataset.from_tensor_slices((X, LABELS)).batch(48)
    for again in (model.evaluate(X, LABELS, verbose=0), model.evaluate(batches, verbose=0)):
        assert again[0] == pytest.approx(found["val_loss"][0], rel=1e-5)
    model.fit(batches, epochs=1, shuffle=False, verbose=0)
    assert model((X, LABELS)).shape == X.shape


def test_it_is_the_same_after_a_reload_and_in_an_export_of_raw_pixels(trained, tmp_path):
    folder = zoo.export(Scaled(trained), tmp_path, examples=255 * X[:3])
    again = zoo.load(folder)
    np.testing.assert_array_equal(again.model.encode(X[:5], LABELS[:5]), trained.encode(X[:5], LABELS[:5]))
    np.testing.assert_allclose(again.encode(255 * X[:5], LABELS[:5]), trained.encode(X[:5], LABELS[:5]), atol=1e-5)
    np.testing.assert_allclose(again.decode(np.zeros((2, 2)), 1), 255 * trained.decode(np.zeros((2, 2)), 1), rtol=1e-5)
    raw = again.reconstruct(255 * X[:5], labels=LABELS[:5])
    np.testing.assert_allclose(raw, 255 * trained.reconstruct(X[:5], LABELS[:5]), rtol=1e-4)
    np.testing.assert_allclose(again.sample(2, label=1), 255 * trained.sample(2, label=1), rtol=1e-5)
    again.fit(255 * X, LABELS, validation_data=(255 * X, LABELS), epochs=1, verbose=0)

    signatures = tf.saved_model.load(str(folder / "saved_model")).signatures
    label = tf.constant(LABELS[:5], tf.int32)
    found = signatures["serving_default"](x=tf.constant(255 * X[:5]), label=label)["reconstruction"]
    np.testing.assert_allclose(found, 255 * trained.reconstruct(X[:5], LABELS[:5]), rtol=1e-4, atol=1e-3)
    asked = {"count": tf.constant(2), "seed": tf.constant([0, 0]), "label": tf.constant(1)}
    np.testing.assert_allclose(signatures["sample"](**asked)["sample"], 255 * trained.sample(2, label=1), rtol=1e-4)
    assert set(np.load(folder / "golden.npz")) >= {"encode/in/label", "decode/out/reconstruction", "score/out/score"}


@pytest.mark.parametrize(
    ("labels", "received"),
    [
        (None, "none"),
        (LABELS.astype("float32"), r"float32 of shape \(192,\)"),
        (LABELS + 1, "from 1 to 3"),
        (LABELS[:3], r"shape \(3,\)"),
        (np.eye(3, dtype=int)[LABELS], r"shape \(192, 3\)"),
    ],
)
def test_labels_that_are_none_are_told(labels, received):
    model = small()
    expected = rf"labels must be integers from 0 to 2, shape \(192,\).*Received: .*{received}"
    for fit in (lambda: model.fit(X, labels), lambda: model.fit(X, LABELS, validation_data=(X, labels))):
        with pytest.raises(zoo.UsageError, match=expected):
            fit()


def test_rows_of_ratings_have_no_labels():
    with pytest.raises(zoo.UsageError, match="output must be one of 'pixels', 'real', 'series'"):
        zoo.build("vae", (12,), classes=2, output="ratings")
    with pytest.raises(zoo.UsageError, match="classes must be an integer of at least 0"):
        small(classes=-1)
