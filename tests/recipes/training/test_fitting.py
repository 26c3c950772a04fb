"""Training reads all rows in a known order, keeps the best weights, and goes on exactly after a kill."""

import math
import os
import runpy
import signal
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import sparse

import zoo
from recipes import training
from recipes.training import fitting
from recipes.training.batches import batches_of
from zoo import UsageError

SCRIPT = Path(__file__).with_name("killed_training.py")
X = np.random.default_rng(0).random((40, 2, 2)).astype("float32")


def order(seed, epoch, rows=10, batch_size=4):
    """The rows in the order in which an epoch gives them, batch by batch."""
    x = np.arange(rows, dtype="float32")[:, None]
    batches = batches_of(x, batch_size, seed, tf.Variable(epoch, dtype=tf.int64))
    return [batch.numpy()[:, 0].astype(int).tolist() for batch in batches]


def flat(batches):
    return [row for batch in batches for row in batch]


def build(**options):
    return zoo.build("vanilla", (2, 2), **{"latent_dim": 3, "seed": 1, **options})


def fit(model, folder, train=X, validation=X[:10], **options):
    options = {
        "epochs": 2,
        "batch_size": 8,
        "patience": 5,
        "seed": 0,
        "schedule": "constant",
        "identity": {},
        **options,
    }
    return training.fit(model, train, validation, folder=folder, **options)


@pytest.mark.parametrize("seed", [0, 1, 2**40])
@pytest.mark.parametrize("epoch", [0, 7])
def test_an_epoch_is_a_permutation_of_all_rows(seed, epoch):
    batches = order(seed, epoch)
    assert [len(batch) for batch in batches] == [4, 4, 2]
    assert sorted(flat(batches)) == list(range(10))
    assert flat(batches) != list(range(10))


def test_the_order_depends_on_seed_and_epoch_alone():
    assert order(0, 3) == order(0, 3)
    orders = [tuple(flat(order(seed, epoch, rows=50))) for seed in (0, 1) for epoch in (0, 1, 2)]
    assert len(set(orders)) == 6


class Recorder(keras.layers.Layer):
    """Writes down the rows that training passes through it."""

    def __init__(self):
        super().__init__()
        self.rows = []

    def call(self, x, training=False):
        if training:
            tf.py_function(lambda batch: self.rows.append(batch.numpy()[:, 0].astype(int).tolist()), [x], [])
        return x


def test_fit_trains_each_epoch_in_its_own_order(tmp_path):
    recorder = Recorder()
    encoder = keras.Sequential([keras.Input((1,)), recorder, keras.layers.Dense(1)])
    decoder = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model = zoo.autoencoder.Autoencoder(encoder, decoder, "real").compile_default(1e-3)
    x = np.arange(10, dtype="float32")[:, None]
    fit(model, tmp_path, x, x, epochs=3, batch_size=4, seed=5)
    assert recorder.rows == order(5, 0) + order(5, 1) + order(5, 2)


def test_early_stopping_keeps_the_best_weights(tmp_path):
    model = build(learning_rate=1.0)  # so high that the loss soon rises
    progress = fit(model, tmp_path, epochs=50, patience=2)
    losses = progress.history["val_loss"]
    assert progress.stopped
    assert progress.epoch == len(losses) == progress.best_epoch + 1 + 2 < 50
    assert model.evaluate(X[:10], X[:10], verbose=0) == pytest.approx(min(losses), rel=1e-5)
    assert min(losses) < losses[-1]


def test_without_early_stopping_too_the_best_weights_are_kept(tmp_path):
    model = build(learning_rate=1.0)
    progress = fit(model, tmp_path, epochs=5, patience=50)
    assert not progress.stopped
    assert progress.epoch == 5
    assert model.evaluate(X[:10], X[:10], verbose=0) == pytest.approx(min(progress.history["val_loss"]), rel=1e-5)


class Watched(keras.callbacks.Callback):
    """Adds made-up numbers to the epochs' logs, and keeps a copy of each epoch's weights."""

    def __init__(self, numbers):
        super().__init__()
        self.numbers = numbers
        self.weights = []

    def on_epoch_end(self, epoch, logs=None):
        logs["watched"] = self.numbers[epoch]
        self.weights.append(self.model.get_weights())


def equal(ours, theirs):
    return all(np.array_equal(*pair) for pair in zip(ours, theirs, strict=True))


@pytest.mark.parametrize("validation", [X[:10], None])
def test_without_a_monitor_all_epochs_are_trained_and_the_last_weights_stay(validation, tmp_path):
    model, watched = build(learning_rate=1.0), Watched(range(6))  # so high that the loss soon rises
    progress = fit(model, tmp_path, validation=validation, epochs=6, patience=1, monitor=None, callbacks=[watched])
    assert not progress.stopped
    assert (progress.epoch, progress.best_epoch) == (6, 5)
    assert len(progress.history["loss"]) == 6
    assert ("val_loss" in progress.history) == (validation is not None)
    assert equal(model.get_weights(), watched.weights[5])


@pytest.mark.parametrize(
    ("mode", "numbers", "best", "epochs"),
    [
        ("max", [1.0, 3.0, 2.0, 2.5, 9.0], 1, 4),
        ("min", [3.0, 1.0, 2.0, 1.5, 0.0], 1, 4),
        ("max", [1.0, 2.0, 3.0], 2, 3),
    ],
)
def test_the_epoch_with_the_best_number_is_kept(mode, numbers, best, epochs, tmp_path):
    model, watched = build(), Watched(numbers)
    options = {"epochs": len(numbers), "patience": 2, "monitor": "watched", "mode": mode}
    progress = fit(model, tmp_path, callbacks=[watched], **options)
    assert (progress.best_epoch, progress.epoch) == (best, epochs)
    assert progress.history["watched"] == numbers[:epochs]
    assert equal(model.get_weights(), watched.weights[best])
    again = build()  # nothing is left to train, and the checkpoint knows the best weights
    assert fit(again, tmp_path, callbacks=[Watched(numbers)], **options) == progress
    assert equal(again.get_weights(), watched.weights[best])


def ratings(seed=0):
    rng = np.random.default_rng(seed)
    return np.where(rng.random((40, 12)) < 0.3, rng.integers(1, 6, (40, 12)), 0).astype("float32")


@pytest.mark.parametrize("densify", [True, False])
def test_a_sparse_table_trains_to_the_weights_of_its_dense_array(densify, tmp_path):
    x, found = ratings(), []
    for table, kept in ((x, "dense"), (sparse.csr_array(x), "sparse")):
        model = zoo.build("autorec", (12,), latent_dim=3, input_dropout=0.0, dropped_weight=1.0, seed=1).adapt(x)
        model.compile(keras.optimizers.SGD(0.01))  # Adam's steps are as long where the gradient is all but rounding
        progress = fit(model, tmp_path / kept, table, x[:10], densify=densify)
        found.append((model.get_weights(), progress.history))
    for ours, theirs in zip(found[0][0], found[1][0], strict=True):
        if densify:
            np.testing.assert_array_equal(ours, theirs)
        else:
            np.testing.assert_allclose(ours, theirs, atol=1e-5)
    for name, values in found[0][1].items():
        assert found[1][1][name] == pytest.approx(values, rel=1e-5)


def test_validation_may_be_batches_of_samples_and_targets(tmp_path):
    x, y = ratings(), ratings(1)
    model = zoo.build("autorec", (12,), latent_dim=3, seed=1).adapt(x)
    batches = tf.data.Dataset.from_tensor_slices((x[:10], y[:10])).batch(4)
    progress = fit(model, tmp_path, x, batches, epochs=1)
    expected = model.evaluate(x[:10], y[:10], verbose=0, return_dict=True)
    assert progress.history["val_rmse"] == pytest.approx([expected["rmse"]], rel=1e-5)
    assert progress.history["val_loss"] == pytest.approx([expected["loss"]], rel=1e-5)


def test_sparse_tables_are_looked_at_before_training_too(tmp_path):
    model = zoo.build("autorec", (12,), latent_dim=3).adapt(ratings())
    with pytest.raises(UsageError, match="training data must hold ratings from"):
        fit(model, tmp_path, sparse.csr_array(2 * ratings()), None)


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [("constant", [1, 1, 1, 1]), ("cosine", [(1 + math.cos(math.pi * epoch / 4)) / 2 for epoch in range(4)])],
)
def test_the_learning_rate_follows_its_schedule(schedule, expected, tmp_path, monkeypatch):
    model = build(learning_rate=0.1)
    rates = []
    save = training.Checkpoint.on_epoch_end

    def record(self, epoch, logs=None):
        rates.append(float(model.optimizer.learning_rate))
        save(self, epoch, logs)

    monkeypatch.setattr(training.Checkpoint, "on_epoch_end", record)
    fit(model, tmp_path, epochs=4, schedule=schedule)
    assert rates == pytest.approx([0.1 * rate for rate in expected])


def test_history_and_seconds_have_a_number_an_epoch(tmp_path):
    model = build()
    model.compile(optimizer="adam", loss="mse", metrics=["mae"])
    progress = fit(model, tmp_path)
    assert {name: len(values) for name, values in progress.history.items()} == dict.fromkeys(
        ("loss", "mae", "val_loss", "val_mae"), 2
    )
    assert len(progress.seconds) == 2
    assert all(seconds > 0 for seconds in progress.seconds)


def test_a_loss_that_is_no_number_names_the_learning_rate(tmp_path):
    with pytest.raises(UsageError, match=r"became (nan|inf) in epoch \d.*--learning-rate"):
        fit(build(output="real").compile_default(1e30), tmp_path, epochs=20)


@pytest.mark.parametrize(("value", "told"), [(np.nan, "finite"), (2, r"\[0, 1\]")])
def test_data_out_of_range_are_refused_before_training(value, told, tmp_path):
    x = X.copy()
    x[3, 1, 1] = value
    with pytest.raises(UsageError, match=f"training data must .*{told}"):
        fit(build(), tmp_path, x)
    assert not any(tmp_path.iterdir())


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """Trainings of two models, each killed in the middle of its third epoch; by name the folder left behind."""
    folders = {name: tmp_path_factory.mktemp(name) for name in ("k_sparse", "dropout")}
    environment = {**os.environ, "PYTHONPATH": str(SCRIPT.parents[3])}
    started = [
        subprocess.Popen([sys.executable, SCRIPT, *item], env=environment, stdout=subprocess.DEVNULL)
        for item in folders.items()
    ]
    assert [process.wait(120) for process in started] == [-signal.SIGKILL, -signal.SIGKILL]
    return folders


@pytest.mark.parametrize("name", ["k_sparse", "dropout"])
def test_a_killed_training_goes_on_to_the_same_bits(name, killed, tmp_path):
    train = runpy.run_path(str(SCRIPT))["train"]
    straight_model, straight = train(name, tmp_path)
    with np.load(killed[name] / training.CHECKPOINT) as archive:
        assert '"epoch": 2' in str(archive["notes"])
    resumed_model, resumed = train(name, killed[name])

    assert resumed.epoch == straight.epoch
    assert resumed.history == straight.history
    assert len(straight.history["loss"]) >= 4
    both = zip(straight_model.variables, resumed_model.variables, strict=True)
    assert all(np.array_equal(one.numpy(), other.numpy()) for one, other in both)
    with np.load(tmp_path / training.CHECKPOINT) as one, np.load(killed[name] / training.CHECKPOINT) as other:
        assert set(one.files) == set(other.files)
        assert all(np.array_equal(one[key], other[key]) for key in one.files if key != "notes")


@pytest.mark.parametrize(("epochs", "patience"), [(50, 1), (2, 5)])
def test_a_finished_training_is_taken_as_it_ended(epochs, patience, tmp_path, monkeypatch):
    first = build(learning_rate=1.0)
    progress = fit(first, tmp_path, epochs=epochs, patience=patience)
    assert progress.stopped == (epochs == 50)
    monkeypatch.setattr(keras.Model, "fit", None)  # nothing trains any more
    second = build(learning_rate=1.0)
    assert fit(second, tmp_path, epochs=epochs, patience=patience) == progress
    assert all(np.array_equal(*pair) for pair in zip(first.get_weights(), second.get_weights(), strict=True))


def test_a_training_in_pieces_stops_where_a_straight_one_does(tmp_path):
    options = {"learning_rate": 1.0}  # so high that the loss soon rises
    straight = build(**options)
    expected = fit(straight, tmp_path / "straight", epochs=50, patience=3)
    assert expected.stopped
    assert expected.best_epoch + 1 < expected.epoch - 1  # patience is spent in two pieces and more
    for epochs in range(2, expected.epoch + 4, 2):
        resumed = build(**options)
        progress = fit(resumed, tmp_path / "pieces", epochs=epochs, patience=3)
    assert progress.stopped
    assert progress.history == expected.history
    assert all(np.array_equal(*pair) for pair in zip(straight.get_weights(), resumed.get_weights(), strict=True))


def test_a_checkpoint_of_other_options_is_refused_and_kept(tmp_path):
    fit(build(), tmp_path, epochs=1, identity={"batch_size": 8, "penalty": "l1"})
    content = (tmp_path / training.CHECKPOINT).read_bytes()
    with pytest.raises(UsageError, match="had penalty=l1: resume with the same options") as error:
        fit(build(), tmp_path, identity={"batch_size": 8, "penalty": "kl"})
    assert "batch_size" not in str(error.value)
    assert (tmp_path / training.CHECKPOINT).read_bytes() == content


@pytest.mark.parametrize("table", [np.asarray, sparse.csr_array])
def test_a_run_does_not_go_on_with_other_samples(table, tmp_path):
    x = ratings()
    model = zoo.build("autorec", (12,), latent_dim=3, seed=1).adapt(x)
    fit(model, tmp_path, table(x), x[:10], epochs=1)
    assert fit(model, tmp_path, table(x), x[:10], epochs=2).epoch == 2
    x[0] = x[1]
    with pytest.raises(UsageError, match=r"had samples=[0-9a-f]{8}: resume with the same options and data"):
        fit(model, tmp_path, table(x), x[:10], epochs=3)


@pytest.mark.parametrize("damage", ["cut", "text", "notes", "variables"])
def test_a_damaged_checkpoint_is_one_sentence_that_says_what_to_delete(damage, tmp_path):
    fit(build(), tmp_path, epochs=1)
    file = tmp_path / training.CHECKPOINT
    with np.load(file) as archive:
        arrays = dict(archive)
    if damage in ("cut", "text"):
        file.write_bytes(file.read_bytes()[:-50] if damage == "cut" else b"no archive")
    else:
        changed = {"notes": np.array("[1")} if damage == "notes" else {"variable0": np.zeros(1)}
        np.savez(file, **{**arrays, **changed})
    with pytest.raises(UsageError, match=r"delete .*checkpoint\.npz to start afresh") as error:
        fit(build(), tmp_path, epochs=2)
    assert "\n" not in str(error.value)


def test_a_half_written_checkpoint_is_ignored(tmp_path):
    left = tmp_path / f".{training.CHECKPOINT}.abc"
    left.mkdir()
    (left / training.CHECKPOINT).write_bytes(b"half")
    assert not training.unfinished(tmp_path)
    assert fit(build(), tmp_path, epochs=1).epoch == 1
    assert training.unfinished(tmp_path)


def test_a_failed_write_leaves_the_checkpoint_before(tmp_path, monkeypatch):
    fit(build(), tmp_path, epochs=1)
    content = (tmp_path / training.CHECKPOINT).read_bytes()

    def half(target, **arrays):
        Path(target).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", half)
    with pytest.raises(OSError, match="No space left"):
        fit(build(), tmp_path, epochs=2)
    assert (tmp_path / training.CHECKPOINT).read_bytes() == content
    assert {path.name for path in tmp_path.iterdir()} == {training.CHECKPOINT, "logs"}


def test_finish_removes_the_checkpoint_and_keeps_the_logs(tmp_path):
    fit(build(), tmp_path, epochs=1)
    assert list((tmp_path / "logs").rglob("events.*"))
    training.finish(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["logs"]


class Pretrained(zoo.autoencoder.Autoencoder):
    """A model whose `pretrain` sets its first weights to the number of epochs, and counts how often it is called."""

    calls = 0

    def pretrain(self, x, epochs, batch_size, keeper):
        self.calls += 1
        self.weights[0].assign(np.full(self.weights[0].shape, epochs))


def pretrained():
    like = build()
    return Pretrained(like.encoder, like.decoder, "pixels").compile_default(1e-9)


def test_greedy_training_comes_first_and_is_timed(tmp_path):
    model = pretrained()
    progress = fit(model, tmp_path, pretrain_epochs=3)
    assert model.calls == 1
    np.testing.assert_allclose(model.weights[0], 3, atol=1e-5)
    assert progress.pretraining > 0


def test_greedy_training_is_kept_when_the_first_epoch_is_stopped(tmp_path, monkeypatch):
    model = pretrained()
    monkeypatch.setattr(training.Checkpoint, "on_epoch_begin", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        fit(model, tmp_path, pretrain_epochs=3)
    monkeypatch.undo()
    again = pretrained()
    progress = fit(again, tmp_path, pretrain_epochs=3)
    assert again.calls == 0
    np.testing.assert_allclose(again.weights[0], 3, atol=1e-5)
    assert progress.epoch == 2
    assert progress.pretraining > 0


def test_no_greedy_training_for_none_of_its_epochs(tmp_path):
    model = pretrained()
    fit(model, tmp_path, pretrain_epochs=0)
    assert model.calls == 0


def test_the_learning_rate_rises_over_the_first_steps_only(tmp_path, monkeypatch):
    monkeypatch.setattr(fitting, "STEPS_PER_EXECUTION", 1)
    rates = []

    class Recording(fitting.WarmUp):
        def on_train_batch_begin(self, batch, logs=None):
            super().on_train_batch_begin(batch, logs)
            rates.append(float(self.model.optimizer.learning_rate))

    monkeypatch.setattr(fitting, "WarmUp", Recording)
    model = zoo.build("vanilla", (8,), learning_rate=0.01, seed=0)
    x = np.random.default_rng(0).uniform(size=(80, 8)).astype("float32")
    common = {"folder": tmp_path, "epochs": 2, "batch_size": 16, "patience": 2, "seed": 0, "identity": {}}
    training.fit(model, x, x, schedule="cosine", warmup_steps=4, **common)
    np.testing.assert_allclose(rates, [0.0025, 0.005, 0.0075, 0.01, 0.01, *[0.005] * 5], rtol=1e-5)


def test_within_a_strategy_whose_rate_is_no_number_a_schedule_is_the_same(tmp_path):
    with tf.distribute.MirroredStrategy(["CPU:0"]).scope():
        model = build(learning_rate=0.1)
    fit(model, tmp_path, epochs=4, schedule="cosine", warmup_steps=3)
    last = float(keras.ops.convert_to_numpy(model.optimizer.learning_rate))
    assert last == pytest.approx(0.1 * (1 + math.cos(math.pi * 3 / 4)) / 2)
