"""Samples that are read while they train: what a worker has of a batch, and what a model that cannot wait says."""

import numpy as np
import pytest
import tensorflow as tf

import zoo
from recipes import training
from recipes.training.augmentation import mirrored, shifted
from recipes.training.batches import batches_of
from recipes.training.lanes import Lanes
from recipes.training.streaming import Streamed, order, own
from zoo import UsageError

X = np.random.default_rng(0).random((100, 4, 4)).astype("float32")


class Held(Streamed):
    """Samples that could be held just as well."""

    checksum = "0"

    def __init__(self, x):
        self.held = x
        self.lanes = Lanes([len(x)], lambda file: iter([x]), 1000, ["x"])

    def __len__(self):
        return len(self.held)

    def only(self, label, held):
        raise NotImplementedError

    def ends(self, size):
        return self.lanes.ends(size)

    def shares(self, size, seed, epoch, worker=0, workers=1):
        return self.lanes.shares(size, seed, epoch, worker, workers)


def test_batches_are_those_of_an_array_augmented_alike():
    def change(images, seed):
        return mirrored(shifted(images, seed, 1), seed)

    epoch = tf.Variable(2, dtype=tf.int64)
    streamed = list(Held(X).batches(32, 5, epoch, change))
    held = list(iter(batches_of(X, 32, 5, epoch, change)))
    assert len(streamed) == len(held) == 4
    for ours, theirs in zip(streamed, held, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_the_order_is_known_from_seed_epoch_and_lot():
    orders = [tuple(order(50, *key)) for key in ((0, 0, 0), (0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1))]
    assert orders[0] == orders[1]
    assert len(set(orders)) == 4
    assert all(sorted(found) == list(range(50)) for found in orders)


def test_a_workers_own_samples_are_as_many_as_the_others_and_of_few_all():
    assert [own(100, worker, 3) for worker in range(3)] == [slice(0, 33), slice(33, 66), slice(66, 100)]
    assert own(47, 2, 3) == slice(0, 47)


def test_a_model_that_trains_layers_one_by_one_says_that_it_needs_all_at_once(tmp_path):
    model = zoo.build("deep", (4, 4), latent_dim=2, hidden_units=(8,), seed=0)
    options = {"epochs": 1, "batch_size": 32, "patience": 1, "seed": 0, "schedule": "constant", "identity": {}}
    with pytest.raises(UsageError, match=r"--model deep trains its layers one by one.*--pretrain-epochs 0"):
        training.fit(model, Held(X), X, folder=tmp_path, pretrain_epochs=1, **options)
