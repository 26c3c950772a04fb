"""What people give to `fit`, `evaluate`, `score` and the like: taken in any container, or refused in a sentence."""

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

import zoo
from zoo import kinds, registry
from zoo.containers import numbers
from zoo.ops.extremes import extremes
from zoo.wrappers.scaled import Scaled
from zoo.wrappers.standardized import Standardized

X = np.random.default_rng(0).random((64, 12)).astype("float32")
WEIGHT = np.linspace(0, 2, 64, dtype="float32")
LABELS = np.arange(64) % 2


class Sequence(keras.utils.PyDataset):
    """Four batches."""

    def __init__(self, x):
        super().__init__()
        self.x = x

    def __len__(self):
        return 4

    def __getitem__(self, index):
        return (self.x[16 * index : 16 * index + 16],)


def dataset(x):
    return tf.data.Dataset.from_tensor_slices(x).batch(16)


def generator(x):
    return ((x[16 * i : 16 * i + 16],) for i in range(4))


WHOLE = {
    "array": np.asarray,
    "tensor": tf.constant,
    "DataFrame": pd.DataFrame,
    "list": np.ndarray.tolist,
    "fractions of 64 bits": lambda x: x.astype("float64"),
    "Fortran's order": np.asfortranarray,
    "the other end first": lambda x: x.astype(">f4"),
    "objects": lambda x: x.astype("object"),
}
BATCHES = {"Dataset": dataset, "PyDataset": Sequence, "generator": generator}
FAULTS = {
    "NaN": (lambda x: np.where(x == x[40, 3], np.nan, x), "must be finite"),
    "infinity": (lambda x: np.where(x == x[40, 3], np.inf, x), "must be finite"),
    "bytes": (lambda x: x * 255, "divide by 255"),
    "negative": (lambda x: x - 0.5, r"must lie in \[0, 1\]"),
    "an axis more": (lambda x: x[..., None], r"must have the shape \(n, 12\)"),
    "a column less": (lambda x: x[:, 1:], r"must have the shape \(n, 12\)"),
}


def model(name="vanilla", shape=(12,), **options):
    return zoo.build(name, shape, seed=0, **options)


def as_given(container, x):
    return x if container == "DataFrame" and x.ndim > 2 else {**WHOLE, **BATCHES}[container](x)


@pytest.fixture(scope="module")
def untrained():
    return model()


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("container", [*WHOLE, *BATCHES])
def test_what_a_model_cannot_take_is_refused_before_a_step_is_taken(container, fault, untrained):
    spoil, message = FAULTS[fault]
    before = untrained.get_weights()
    spoilt = spoil(X) if fault in ("an axis more", "a column less") else np.concatenate([spoil(X)[40:], X[:40]])
    with pytest.raises(zoo.UsageError, match=message):
        untrained.fit(as_given(container, spoilt.astype("float32")), shuffle=False, verbose=0)
    assert all(np.array_equal(a, b) for a, b in zip(before, untrained.get_weights(), strict=True))


@pytest.mark.parametrize("container", BATCHES)
def test_a_later_batch_that_is_spoilt_stops_the_training_and_leaves_no_nan(container):
    spoilt = X.copy()
    spoilt[50, 2] = np.nan  # in the last of four batches
    made = model()
    with pytest.raises(zoo.UsageError, match=r"a batch's x must be finite. Received: 1 value .* at \(2, 2\)"):
        made.fit(as_given(container, spoilt), shuffle=False, verbose=0)
    assert all(np.isfinite(weight).all() for weight in made.get_weights())


SPOILT = np.where(X[3, 3] == X, np.nan, X)
DOORS = {
    "noisy": lambda m: m.fit(SPOILT, X),
    "clean": lambda m: m.fit(X, SPOILT),
    "validation": lambda m: m.fit(X, validation_data=(SPOILT, None)),
    "validation target": lambda m: m.fit(X, validation_data=(X, SPOILT)),
    "validation batches": lambda m: m.fit(X, validation_data=dataset(SPOILT), verbose=0),
    "validation bytes": lambda m: m.fit(X, validation_data=(X * 255, None)),
    "evaluate": lambda m: m.evaluate(SPOILT),
    "evaluate batches": lambda m: m.evaluate(dataset(SPOILT), verbose=0),
    "predict": lambda m: m.predict(SPOILT),
    "predict batches": lambda m: m.predict(dataset(SPOILT), verbose=0),
    "score": lambda m: m.score(SPOILT),
    "score bytes": lambda m: m.score(X * 255),
    "encode": lambda m: m.encode(SPOILT),
    "encode bytes": lambda m: m.encode(X * 255),
    "reconstruct": lambda m: m.reconstruct(SPOILT),
    "train_on_batch": lambda m: m.train_on_batch(SPOILT),
    "test_on_batch": lambda m: m.test_on_batch(SPOILT),
    "predict_on_batch": lambda m: m.predict_on_batch(SPOILT),
    "weights": lambda m: m.fit(X, sample_weight=np.where(WEIGHT > 1, np.nan, 1)),
    "too few weights": lambda m: m.fit(X, sample_weight=WEIGHT[:9]),
    "weights of pixels": lambda m: m.fit(X, sample_weight=X),
    "class_weight": lambda m: m.fit(X, class_weight={0: 1.0}),
    "class_weight on a batch": lambda m: m.train_on_batch(X, class_weight={0: 1.0}),
    "labels as targets": lambda m: m.fit(X, LABELS),
    "labels as a column": lambda m: m.fit(X, LABELS[:, None].astype("float32")),
    "targets of other rows": lambda m: m.fit(X, X[:9]),
    "nothing": lambda m: m.fit(X[:0]),
    "None": lambda m: m.fit(),
    "words": lambda m: m.fit(X.astype(str)),
    "complex numbers": lambda m: m.score(X.astype("complex64")),
    "ragged lists": lambda m: m.fit([[1.0], [1.0, 2.0]]),
    "a ragged tensor": lambda m: m.fit(tf.ragged.constant([[1.0], [0.5, 1.0]])),
    "words in a DataFrame": lambda m: m.fit(pd.DataFrame(X).assign(name="a")),
    "days in a DataFrame": lambda m: m.encode(pd.DataFrame(X).assign(day=pd.Timestamp(0))),
    "a share that leaves none": lambda m: m.fit(X[:1], validation_split=0.5),
    "a share of batches": lambda m: m.fit(dataset(X), validation_split=0.5),
}


@pytest.mark.parametrize("door", DOORS)
def test_every_door_is_checked(door, untrained):
    before = untrained.get_weights()
    with pytest.raises(zoo.UsageError) as error:
        DOORS[door](untrained)
    assert "\n" not in str(error.value)
    if not door.startswith("validation"):
        assert all(np.array_equal(a, b) for a, b in zip(before, untrained.get_weights(), strict=True))


def trained(x):
    """A model after two epochs of weighed samples, and its history."""
    keras.utils.set_random_seed(0)
    made = model()
    return made, made.fit(x, sample_weight=WEIGHT, validation_split=0.25, epochs=2, verbose=0).history


@pytest.fixture(scope="module")
def of_an_array():
    return trained(X)[1]


@pytest.mark.parametrize("container", WHOLE)
def test_the_same_numbers_train_alike_in_any_container(container, of_an_array):
    x = as_given(container, X)
    made, history = trained(x)
    assert history == of_an_array
    np.testing.assert_allclose(made.score(x), made.score(X), rtol=1e-6)


@pytest.mark.parametrize("name", ["vae", "contractive"])
def test_numbers_of_any_type_are_numbers(name):
    made = model(name)
    for dtype in ("uint8", "bool", "float64"):
        x = (X > 0.5).astype(dtype)
        assert np.isfinite(made.fit(x, validation_data=(x, None), verbose=0).history["val_loss"]).all(), dtype
        assert np.isfinite(made.fit(dataset(x), verbose=0).history["loss"]).all(), dtype
        np.testing.assert_allclose(made.score(x), made.score(x.astype("float32")), rtol=1e-6)


def weighed(way, x, weight):
    """Fits or measures in one of the ways in which Keras takes weights without targets, and returns the loss."""
    made = model()
    if way == "fit":
        return made.fit(x, sample_weight=weight, batch_size=64, verbose=0).history["loss"][0]
    if way == "eagerly":
        made.run_eagerly = True
        return made.fit(x, sample_weight=weight, batch_size=64, verbose=0).history["loss"][0]
    if way == "evaluate":
        return made.evaluate(x, sample_weight=weight, verbose=0)
    if way == "steps":
        return made.evaluate(x, sample_weight=weight, steps=4, verbose=0)
    if way == "validation":
        return made.fit(x, epochs=1, validation_data=(x, None, weight), verbose=0).history["val_loss"][0]
    if way == "DataFrame":
        return made.evaluate(pd.DataFrame(x), sample_weight=pd.Series(weight), verbose=0)
    if way == "sparse":
        return made.evaluate(sparse.csr_array(x), sample_weight=weight, verbose=0)
    return made.evaluate(dataset((x, x, weight)), verbose=0)


@pytest.mark.parametrize("way", ["fit", "eagerly", "evaluate", "steps", "validation", "DataFrame", "sparse", "Dataset"])
def test_weights_count_with_and_without_targets(way):
    assert weighed(way, X, np.zeros(64, "float32")) == 0
    if way != "validation":  # whose model has taken steps
        expected = model().evaluate(X, X, sample_weight=WEIGHT, verbose=0)
        assert weighed(way, X, WEIGHT) == pytest.approx(expected, rel=1e-5)
    assert weighed(way, X, WEIGHT[:, None][:, 0]) != weighed(way, X, np.ones(64, "float32"))


def test_sparse_rows_are_made_dense_batch_by_batch():
    x = np.where(X > 0.8, X, 0)
    rows = sparse.csr_array(x)
    made = model()
    expected = made.evaluate(x, verbose=0)
    for form in (rows, sparse.coo_matrix(x), tf.sparse.from_dense(x)):
        assert made.evaluate(form, verbose=0) == pytest.approx(expected, rel=1e-5)
    for method in (made.encode, made.reconstruct, made.score, lambda x: made.predict(x, verbose=0)):
        np.testing.assert_allclose(method(rows), method(x), rtol=1e-5, atol=1e-7)
    assert np.isfinite(made.fit(rows, x, sample_weight=WEIGHT, validation_split=0.25, verbose=0).history["loss"]).all()
    rows.data[0] = np.nan
    with pytest.raises(zoo.UsageError, match="must be finite"):
        made.fit(rows)


def test_sparse_ratings_train_as_dense_ones_and_a_missing_one_is_none():
    x = np.where(X > 0.4, np.round(X * 4) + 1, 0).astype("float32")
    found = []
    for form in (x, np.where(x > 0, x, np.nan), sparse.csr_array(x)):
        keras.utils.set_random_seed(0)
        made = zoo.build("autorec", (12,), latent_dim=3, input_dropout=0.0, code_dropout=0.0, seed=0)
        history = made.fit(form, batch_size=64, validation_data=(form, None), verbose=0).history
        found.append([history["loss"][0], history["rmse"][0], history["val_loss"][0]])
    np.testing.assert_allclose(found[1:], [found[0]] * 2, rtol=1e-4)


def test_a_wrapper_speaks_of_raw_values():
    scaled = Scaled(model())
    with pytest.raises(zoo.UsageError, match=r"x must hold raw values from 0 to 255. Received: from .* to 64"):
        scaled.fit(X * 65025)
    with pytest.raises(zoo.UsageError, match="validation_data's x must be finite"):
        scaled.fit(X * 255, validation_data=(SPOILT * 255, None))
    table = Standardized(model(output="real"), np.full(12, 5.0), np.full(12, 2.0))
    for call in (table.fit, table.score, table.encode, table.reconstruct, table.evaluate):
        with pytest.raises(zoo.UsageError, match="x must be finite"):
            call(SPOILT)
    loss = table.evaluate(pd.DataFrame(X), sample_weight=np.zeros(64), verbose=0)
    assert loss == 0
    with pytest.raises(zoo.UsageError, match="class_weight must be None"):
        table.fit(X, class_weight={0: 1})


@pytest.mark.parametrize(
    ("given_shape", "message"),
    [
        ((8, 4, 3, 1), r"Write x\[..., 0\]"),
        ((4, 3), r"write x\[None\]"),
        ((8, 12), r"Write x.reshape\(-1, 4, 3\)"),
        ((8, 5, 3), r"input_shape=\(5, 3\)"),
    ],
)
def test_a_shape_is_answered_with_what_to_type(given_shape, message):
    with pytest.raises(zoo.UsageError, match=message):
        model(shape=(4, 3)).fit(np.zeros(given_shape))
    with pytest.raises(zoo.UsageError, match=r"Write x\[..., None\]"):
        model(shape=(4, 3, 1)).encode(np.zeros((8, 4, 3)))


@settings(max_examples=60, deadline=None)
@given(
    values=st.lists(st.floats(width=32), max_size=40),
    missing=st.booleans(),
)
def test_the_extremes_are_numpy_s(values, missing):
    array = np.array(values, "float32")
    kept = array[~np.isnan(array)] if missing else array
    expected = (kept.min(), kept.max()) if kept.size else ((np.nan,) * 2 if array.size else (0.0, 0.0))
    np.testing.assert_array_equal(extremes(array, missing), expected)
    np.testing.assert_array_equal(extremes(array.reshape(-1, 1), missing), expected)


@settings(max_examples=30, deadline=None)
@given(place=st.tuples(st.integers(0, 63), st.integers(0, 11)), value=st.sampled_from([np.nan, np.inf, -np.inf, 1e39]))
@pytest.mark.parametrize("container", ["array", "DataFrame", "list", "fractions of 64 bits", "objects"])
def test_one_value_that_is_no_number_is_found_and_its_place_is_said(container, place, value, untrained):
    x = X.astype("float64")
    x[place] = value
    with pytest.raises(zoo.UsageError, match=rf"1 value that is NaN or infinite, it at \({place[0]}, {place[1]}\)"):
        untrained.score(WHOLE[container](x))


def test_missing_values_of_other_containers_are_nan():
    frame = pd.DataFrame({"a": pd.array([1, None], "Int64"), "b": [0.5, 1.0]})
    for values in (frame, np.ma.masked_array([[1, 0.5], [7, 1]], [[0, 0], [1, 0]])):
        np.testing.assert_array_equal(numbers("x", values), [[1, 0.5], [np.nan, 1]])


# One model for each way in which samples come together: others share these.
SHOWN = ("sparse", "contractive", "beta_tc_vae", "adversarial", "vq_vae", "ease")
MODELS = [name if name in SHOWN else pytest.param(name, marks=pytest.mark.slow) for name in zoo.list_models()]


def samples_of(name, n=32, seed=0):
    hyperparameters = registry.hyperparameters(registry.find(name))
    kind = kinds.find(hyperparameters["output"].default if "output" in hyperparameters else zoo.describe(name).kinds[0])
    return kind.samples(np.random.default_rng(seed), n, kind.SHAPES[0])


@pytest.mark.parametrize("name", MODELS)
def test_what_weighs_nothing_changes_nothing(name):
    x, found = samples_of(name), []
    others = np.where((np.arange(32) % 2 == 0).reshape(-1, *[1] * (x.ndim - 1)), samples_of(name, seed=1), x)
    made = zoo.build(name, x.shape[1:], seed=0)
    if made.optimizer:
        made.optimizer.build(made.trainable_variables)
    moving = [*made.variables, *(made.optimizer.variables if made.optimizer else [])]
    start = [variable.numpy() for variable in moving]
    if name != "autorec":  # which has a penalty on its weights besides
        made.adapt(x)  # topics may begin with groups of texts
        before = [weight.numpy() for weight in made.trainable_weights]
        made.fit(x, sample_weight=np.zeros(32), verbose=0)
        assert all(np.array_equal(a, b) for a, b in zip(before, made.trainable_weights, strict=True))
    for each, weight in ((x, np.arange(32) % 2), (others, np.arange(32) % 2), (others, np.ones(32))):
        for variable, value in zip(moving, start, strict=True):
            variable.assign(value)
        keras.utils.set_random_seed(0)
        made.fit(each, sample_weight=weight, batch_size=16, shuffle=False, epochs=2, verbose=0)
        found.append(made.get_weights())
    for alone, with_others in zip(*found[:2], strict=True):
        np.testing.assert_allclose(with_others, alone, rtol=1e-4, atol=1e-5)
    assert not all(np.allclose(a, b, rtol=1e-4, atol=1e-5) for a, b in zip(*found[1:], strict=True))


def test_in_ease_a_person_of_weight_2_is_there_twice():
    x = samples_of("ease", 40)
    twice, weighed = (zoo.build("ease", (12,), activity_power=0.5, popularity_power=0.3) for _ in range(2))
    weighed.fit(x, sample_weight=1 + np.arange(40) % 2, verbose=0)
    twice.fit(np.concatenate([x, x[1::2]]), verbose=0)
    np.testing.assert_allclose(weighed.get_weights()[0], twice.get_weights()[0], atol=1e-5)


@pytest.mark.parametrize("name", MODELS)
def test_a_model_takes_weights_and_refuses_what_is_no_number(name):
    x, weight = samples_of(name), np.linspace(0, 2, 32)
    made = zoo.build(name, x.shape[1:], seed=0)
    history = made.fit(x, sample_weight=weight, validation_data=(x, None, weight), verbose=0).history
    assert np.isfinite([history["loss"], history["val_loss"]]).all()
    if name != "autorec":  # which has a penalty on its weights besides
        assert made.evaluate(x, sample_weight=0 * weight, verbose=0, return_dict=True)["loss"] == pytest.approx(0)
    spoilt = x.copy()
    spoilt[-1] = np.inf
    for door in (made.fit, made.encode, made.score, made.evaluate, made.predict):
        with pytest.raises(zoo.UsageError):
            door(spoilt)
