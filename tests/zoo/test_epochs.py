"""Epochs in the graph: `fit` and `evaluate` are Keras's, and how many steps go at a time changes nothing."""

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from scipy import sparse

import zoo
from zoo import arrays, epochs
from zoo.autoencoder import Autoencoder
from zoo.ops import memory

X = np.random.default_rng(0).random((50, 6)).astype("float32")
Y = np.random.default_rng(1).random((50, 6)).astype("float32")
WEIGHT = np.linspace(0, 2, 50, dtype="float32")


@pytest.fixture(scope="module")
def model():
    """A small model that measures more than its loss, and what it began with."""
    made = zoo.build("vanilla", (6,), latent_dim=3, seed=0)
    made.compile(keras.optimizers.Adam(0.01), loss="mse", metrics=["mae"], weighted_metrics=["mse"])
    made.optimizer.build(made.trainable_variables)
    return made, [variable.numpy() for variable in (*made.variables, *made.optimizer.variables)]


def again(model):
    """The model as it began."""
    made, start = model
    for variable, value in zip((*made.variables, *made.optimizer.variables), start, strict=False):
        variable.assign(value)
    keras.utils.set_random_seed(0)
    made.stop_training = False
    return made


class Steps(keras.callbacks.Callback):
    """Writes down what it is called for at each step."""

    def __init__(self):
        super().__init__()
        self.begun, self.ended = [], []

    def on_train_batch_begin(self, batch, logs=None):
        self.begun.append(batch)

    def on_train_batch_end(self, batch, logs=None):
        self.ended.append((batch, logs["loss"]))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"y": Y, "batch_size": 7},
        {"y": Y, "sample_weight": WEIGHT},
        {"validation_split": 0.2},
        {"y": Y, "sample_weight": WEIGHT, "validation_split": 0.3},
        {"validation_data": (Y, Y, WEIGHT), "validation_batch_size": 11},
        {"validation_data": (Y, X), "validation_steps": 1},
        {"steps_per_epoch": 2, "batch_size": 5},
        {"steps_per_epoch": 4},
        {"initial_epoch": 1, "validation_data": (X, X), "validation_freq": 2},
    ],
    ids=lambda options: ",".join(options) or "plain",
)
def test_it_trains_and_measures_as_keras_does(options, model):
    options = {"y": X, "epochs": 3, "shuffle": False, "verbose": 0, **options}
    found = []
    for fit in (keras.Model.fit, Autoencoder.fit):
        seen = Steps()
        history = fit(again(model), X, callbacks=[seen], **options).history
        found.append((history, seen.begun, seen.ended, [v.numpy().tolist() for v in model[0].variables]))
    assert found[0] == found[1]


@pytest.mark.parametrize("weight", [None, WEIGHT])
def test_evaluate_is_keras_s(weight, model):
    made = again(model)
    options = {"sample_weight": weight, "batch_size": 8, "verbose": 0, "return_dict": True}
    assert made.evaluate(X, Y, **options) == keras.Model.evaluate(made, X, Y, **options)


def test_weights_without_targets_count(model):
    options = {"sample_weight": WEIGHT, "epochs": 2, "shuffle": False, "verbose": 0}
    with_targets = again(model).fit(X, X, **options).history
    assert again(model).fit(X, **options).history == with_targets
    assert again(model).fit(X, **{**options, "sample_weight": None}).history != with_targets


@pytest.mark.parametrize("steps_per_execution", [1, 3, 20])
@pytest.mark.parametrize("callback", [None, Steps])
def test_how_many_steps_go_at_a_time_changes_no_bit(steps_per_execution, callback, model):
    def trained(**options):
        made = again(model)
        made.steps_per_execution = options.pop("steps_per_execution", 1)
        history = made.fit(X, batch_size=4, epochs=3, verbose=0, **options).history
        made.steps_per_execution = 1
        return history, [variable.numpy().tobytes() for variable in made.variables]

    callbacks = [callback()] if callback else None
    assert trained(steps_per_execution=steps_per_execution, callbacks=callbacks) == trained()


def test_a_callback_finds_each_step_done_and_none_more(model):
    made, counts = again(model), []

    class Counting(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            counts.append(int(self.model.optimizer.iterations))
            self.model.stop_training = batch == 5

    made.fit(X, batch_size=2, epochs=2, verbose=0, callbacks=[Counting()])
    assert counts == [1, 2, 3, 4, 5, 6]


def test_where_nobody_counts_steps_go_ahead(model, monkeypatch):
    calls = []
    take = epochs.Pass.take
    monkeypatch.setattr(epochs, "SECONDS", (1e9, 2e9))
    monkeypatch.setattr(
        epochs.Pass, "take", lambda self, *a: (take(self, *a), calls.append((self.asked, self.done)))[0]
    )
    again(model).fit(X, batch_size=2, epochs=1, verbose=0)
    assert [asked for asked, _ in calls] == list(range(1, 26))
    assert [done for _, done in calls] == [1, 3, 3, 7, 7, 7, 7, *[15] * 8, *[25] * 10]


def test_the_order_is_known_from_seed_and_epoch():
    def order(**options):
        return [batch.numpy().tolist() for batch in epochs.Epochs(lambda index, seed: index, 10, 4, **options)]

    assert [len(batch) for batch in order()] == [4, 4, 2]
    assert order(shuffle=False) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert order(seed=3) == order(seed=3)
    assert sorted(row for batch in order(seed=2**40) for row in batch) == list(range(10))
    epoch = tf.Variable(7, dtype=tf.int64)
    assert len({str(found) for found in (order(seed=1), order(seed=2), order(seed=1, epoch=epoch))}) == 3


def test_each_epoch_has_an_order_of_its_own_and_a_training_that_goes_on_has_the_later_ones():
    rows = []
    x = np.arange(10, dtype="float32")[:, None]
    model = zoo.build("vanilla", (1,), latent_dim=1, output="real", seed=0)

    def make(index, seed):
        tf.py_function(lambda index: rows.append(index.numpy().tolist()), [index], [])
        return tf.gather(x, index)

    model.fit(epochs.Epochs(make, 10, 10, seed=1), epochs=3, verbose=0)
    model.fit(epochs.Epochs(make, 10, 10, seed=1), epochs=3, initial_epoch=2, verbose=0)
    assert len({str(order) for order in rows}) == 3
    assert rows[3] == rows[2]


def test_the_global_seed_gives_the_order(model):
    losses = [again(model).fit(X, epochs=2, batch_size=4, verbose=0).history for _ in range(2)]
    assert losses[0] == losses[1]
    made = again(model)
    keras.utils.set_random_seed(1)
    assert made.fit(X, epochs=2, batch_size=4, verbose=0).history != losses[0]


def test_other_numbers_of_rows_and_batches_compile_nothing_anew():
    traced = []

    class Counted(Autoencoder):
        def train_step(self, data):
            traced.append(None)
            return super().train_step(data)

    like = zoo.build("vanilla", (6,), latent_dim=3, seed=0)
    model = Counted(like.encoder, like.decoder).compile_default(1e-3)
    for rows, batch_size in ((50, 8), (30, 8), (20, 20), (7, 2)):
        model.fit(X[:rows], batch_size=batch_size, epochs=1, verbose=0)
    assert len(traced) <= 2  # the first trace makes variables


@pytest.mark.parametrize(
    "given",
    [
        {"x": tf.data.Dataset.from_tensor_slices(X).batch(8)},
        {"x": X, "shuffle": "batch"},
        {"x": sparse.csr_array(X)},
    ],
    ids=["dataset", "shuffle=batch", "sparse"],
)
def test_what_is_not_for_the_graph_goes_keras_s_way(given, model):
    x, _ = arrays.of_training(model[0], given.pop("x"), None, given)
    assert not isinstance(x, epochs.Epochs)


@pytest.mark.parametrize("container", [tf.constant, pd.DataFrame, np.ndarray.tolist, np.asfortranarray])
def test_arrays_in_other_containers_go_there_too(container, model):
    assert isinstance(arrays.of_training(model[0], container(X), None, {})[0], epochs.Epochs)


def test_eager_runs_go_keras_s_way(model):
    made = again(model)
    made.run_eagerly = True
    assert not isinstance(arrays.of_training(made, X, None, {})[0], epochs.Epochs)
    made.run_eagerly = False


@pytest.mark.parametrize("dtype", ["float32", "float64", "uint8", "int32", "bool"])
@pytest.mark.parametrize("rows", [1, 30000])
def test_a_tensor_holds_an_array_s_numbers(dtype, rows):
    x = np.random.default_rng(0).integers(0, 2, (rows, 50)).astype(dtype)
    for given in (x, x[::2], x.T):
        made = memory.tensor(given)
        assert made.dtype == ("float32" if dtype == "float64" else dtype)
        np.testing.assert_array_equal(made, given)


def test_an_aligned_array_is_shared_and_any_other_copied_once():
    x = memory.aligned(np.zeros((30000, 50), "float32"))
    assert memory.aligned(x) is x
    shared = memory.tensor(x)
    x[3] = 7
    assert float(shared[3, 0]) == 7
    other = x[1:]
    assert memory.aligned(other).ctypes.data % memory.ALIGNMENT == 0
    assert not np.shares_memory(memory.aligned(other), other)
