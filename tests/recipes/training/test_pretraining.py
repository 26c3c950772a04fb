"""A stopped pretraining goes on from the last epoch of the layer that it was in, to the same bits."""

import keras
import numpy as np
import pytest

import zoo
from recipes import training
from recipes.training.pretraining import Pretraining
from zoo import UsageError

EPOCHS = 2  # a layer
X = np.random.default_rng(0).random((40, 6)).astype("float32")
OPTIONS = {
    # One has noise and an optimizer of its own for each layer, the other velocities and chains that are drawn.
    "stacked": {"hidden_units": (5,), "latent_dim": 3, "seed": 1},
    "deep": {"hidden_units": (5,), "latent_dim": 3, "seed": 1},
}


class Stopped(BaseException):
    """In the place of a kill, which tests/recipes/test_chaos.py has."""


def fit(name, folder, **changed):
    model = zoo.build(name, (6,), **OPTIONS[name])
    options = {"pretrain_epochs": EPOCHS, "epochs": 2, "batch_size": 8, "patience": 5, "seed": 0, **changed}
    return model, training.fit(model, X, X[:10], folder=folder, schedule="constant", identity={"a": 1}, **options)


@pytest.fixture(scope="module", params=OPTIONS)
def straight(request, tmp_path_factory):
    return request.param, *fit(request.param, tmp_path_factory.mktemp(request.param))


def stop_after(saves, monkeypatch):
    """Has pretraining stopped after it was saved so often."""
    save, count = Pretraining.on_epoch_end, []

    def saved(self, epoch, logs=None):
        save(self, epoch, logs)
        count.append(epoch)
        if len(count) == saves:
            raise Stopped

    monkeypatch.setattr(Pretraining, "on_epoch_end", saved)
    return count


@pytest.mark.parametrize("saves", range(1, 2 * EPOCHS + 1))
def test_it_goes_on_to_the_same_bits_from_any_epoch_of_any_layer(saves, straight, tmp_path, monkeypatch, capfd):
    name, model, progress = straight
    stop_after(saves, monkeypatch)
    with pytest.raises(Stopped):
        fit(name, tmp_path)
    monkeypatch.undo()
    assert training.kept(tmp_path) == f"Kept in {tmp_path}: {saves} epoch{'s' * (saves > 1)} of pretraining."
    done = stop_after(0, monkeypatch)
    keras.utils.set_random_seed(saves)  # nothing is drawn from what all share
    again, resumed = fit(name, tmp_path)
    assert len(done) == 2 * EPOCHS - saves
    assert resumed.history == progress.history
    assert resumed.pretraining > 0
    for ours, theirs in zip(model.variables, again.variables, strict=True):
        np.testing.assert_array_equal(ours.numpy(), theirs.numpy())


def test_another_runs_pretraining_is_refused(tmp_path, monkeypatch):
    stop_after(1, monkeypatch)
    with pytest.raises(Stopped):
        fit("deep", tmp_path)
    store = training.CHECKPOINT
    with np.load(tmp_path / store) as archive:
        arrays = dict(archive)
    arrays["notes"] = np.array(str(arrays["notes"]).replace('"a": 1', '"a": 2'))
    np.savez(tmp_path / store, **arrays)
    with pytest.raises(UsageError, match="had a=2: resume with the same options"):
        fit("deep", tmp_path)


@pytest.mark.parametrize("damage", ["layer", "notes"])
def test_a_damaged_one_is_one_sentence(damage, tmp_path, monkeypatch):
    stop_after(1, monkeypatch)
    with pytest.raises(Stopped):
        fit("deep", tmp_path)
    with np.load(tmp_path / training.CHECKPOINT) as archive:
        arrays = dict(archive)
    if damage == "layer":
        arrays["layer0"] = np.zeros(1)
    else:
        arrays["notes"] = np.array(str(arrays["notes"]).replace('"layer": 0', '"layer": "x"'))
    np.savez(tmp_path / training.CHECKPOINT, **arrays)
    with pytest.raises(UsageError, match=r"delete .*checkpoint\.npz to start afresh"):
        fit("deep", tmp_path)


def test_numbers_that_are_none_stop_it(tmp_path):
    model = zoo.build("stacked", (6,), **OPTIONS["stacked"], output="real")
    options = {"pretrain_epochs": 9, "epochs": 2, "batch_size": 8, "patience": 5, "seed": 0, "schedule": "constant"}
    with pytest.raises(UsageError, match=r"became (nan|inf) in epoch \d"):
        training.fit(model, 1e30 * X, X[:10], folder=tmp_path, identity={}, **options)
