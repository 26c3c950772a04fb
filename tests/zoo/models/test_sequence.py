"""What is peculiar to autoencoders of sequences: probabilities that sum to 1, and padding that is none."""

import itertools

import numpy as np
import pytest
import tensorflow as tf

import zoo
from zoo import kinds

SMALL = {"latent_dim": 3, "embedding_dim": 4, "width": 6, "seed": 0}


def every(length: int, vocabulary: int) -> np.ndarray:
    """All sequences of up to so many tokens."""
    found = [
        [*tokens, *[0] * (length - n)]
        for n in range(length + 1)
        for tokens in itertools.product(range(1, vocabulary), repeat=n)
    ]
    return np.array(found, "float32")


@pytest.fixture(scope="module", params=[False, True], ids=["by steps", "by places"])
def model(request):
    made = zoo.build("sequence", (3,), vocabulary=4, dropout=0.5, word_dropout=0.5, places=request.param, **SMALL)
    rng = np.random.default_rng(0)
    made.set_weights(
        [w + rng.normal(size=w.shape).astype(w.dtype) if w.dtype == "float32" else w for w in made.get_weights()]
    )
    return made


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("places", [False, True])
def test_the_probabilities_of_all_sequences_given_a_code_sum_to_1(tied, places):
    made = zoo.build("sequence", (3,), vocabulary=4, tied=tied, places=places, **SMALL)
    x = every(3, 4)
    code = tf.constant(np.random.default_rng(0).normal(size=(1, 3)) * np.ones((len(x), 1)), tf.float32)
    assert np.exp(-made.writer.nats(code, tf.constant(x))).sum() == pytest.approx(1, abs=1e-5)


def longer(weights: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Returns weights that begin as others do and are as large as asked."""
    sizes = [(0, wanted - given) for wanted, given in zip(shape, weights.shape, strict=True)]
    return np.pad(weights, sizes, constant_values=9)


def test_a_sequence_costs_what_its_steps_cost(model):
    code, ids = tf.constant([[0.3, -1.0, 2.0]]), [2, 1]
    state, nats = model.writer.begin(code), 0.0
    for before, token in zip([0, *ids], [*ids, 0], strict=True):
        logits, state = model.writer.advance(tf.constant([before]), state)
        nats -= float(tf.nn.log_softmax(logits)[0, token])
    assert model.writer.nats(code, tf.constant([[2.0, 1, 0]])).numpy() == pytest.approx(nats, rel=1e-5)


def test_neither_padding_nor_the_batch_changes_a_code_or_a_score(model):
    x = every(3, 4)
    long = zoo.build("sequence", (9,), vocabulary=4, places=model.writer.places, **SMALL)
    # Weights of places that a short sequence has not are never used.
    long.set_weights([longer(w, v.shape) for w, v in zip(model.get_weights(), long.get_weights(), strict=True)])
    padded = np.pad(x[x[:, -1] == 0], ((0, 0), (0, 6)))
    np.testing.assert_allclose(long.encode(padded), model.encode(x)[x[:, -1] == 0], atol=1e-6)
    np.testing.assert_allclose(long.score(padded), model.score(x)[x[:, -1] == 0], atol=1e-5)
    np.testing.assert_allclose(np.concatenate([model.score(row[None]) for row in x[:9]]), model.score(x)[:9], atol=1e-5)


def test_parts_of_the_logits_change_nothing(model, monkeypatch):
    from zoo.layers import sequence_writer

    x, code = tf.constant(every(3, 4)), tf.zeros((len(every(3, 4)), 3))
    whole = model.writer.nats(code, x)
    monkeypatch.setattr(sequence_writer, "FLOATS", 4 * 7)  # seven tokens at once
    np.testing.assert_allclose(model.writer.nats(code, x), whole, atol=1e-6)


def test_greedy_writing_and_a_beam_of_one_agree_and_a_wider_beam_is_no_worse(model):
    code = np.random.default_rng(1).normal(size=(20, 3)).astype("float32")
    greedy = model.decode(code)
    np.testing.assert_array_equal(model.write(code), greedy)
    np.testing.assert_array_equal(model.beam(code, 1), greedy)
    wide = model.beam(code, 4)
    costs = [model.writer.nats(tf.constant(code), tf.constant(found)).numpy() for found in (greedy, wide)]
    assert (costs[1] <= costs[0] + 1e-4).all()
    all_of_them = [model.writer.nats(tf.tile(code[:1], (40, 1)), tf.constant(every(3, 4)))]
    assert costs[1][0] >= np.min(all_of_them) - 1e-5


@pytest.mark.parametrize("grams", [(), (4, 9)])
def test_a_step_of_training_need_not_run_the_loops_that_write(grams):
    writer = zoo.build("sequence_vae", (3,), latent_dim=2, embedding_dim=4, width=6, vocabulary=4, grams=grams).writer
    for write in (writer.write, lambda code: writer.beam(code, 2)):
        graph = tf.function(write).get_concrete_function(tf.TensorSpec((None, 2))).graph
        assert [op.type for op in graph.get_operations() if "While" in op.type] == ["StatelessWhile"]


def test_parameters_are_those_counted_by_hand(model):
    read = 4 * 4 + 2 * (4 * 9 + 3 * 9 + 9) + (6 * 3 + 3)  # a table, three gates of 3 units each way, the code
    write = 4 * 4 + (4 * 18 + 6 * 18 + 18) + 3 * 18 + (3 * 6 + 6) + (6 * 4 + 4)
    if model.writer.places:  # a table and the code of all three places; what a place says goes to gates and logits
        read = 4 * 4 + (3 * 4 * 3 + 3)
        write += 3 * 3 * 4 + 4 * 18 + 4 * 4
    trained = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
    assert trained == read + write


def test_by_places_a_model_remembers_before_it_is_trained():
    x = every(3, 8)[::5]
    options = {"latent_dim": 512, "embedding_dim": 64, "width": 6, "seed": 0}
    found = {places: zoo.build("sequence", (3,), vocabulary=8, places=places, **options) for places in (False, True)}
    right = {places: np.mean(made.reconstruct(x) == x) for places, made in found.items()}
    assert right[True] > 0.9 > 0.6 > right[False]


def test_recombined_tokens_stand_at_their_places_and_ends_stay():
    made = zoo.build("sequence", (6,), vocabulary=9, recombined=0.5, **SMALL)
    x = kinds.find("tokens").samples(np.random.default_rng(0), 64, (6,))
    found, target, _ = made.batch(tf.constant(x), training=True)
    assert target is None
    np.testing.assert_array_equal(found == 0, x == 0)
    assert all(set(found[:, t].numpy()) <= set(x[:, t]) for t in range(6))
    assert 0.1 < np.mean(found != x) < 0.5  # of the half that are replaced, some by their like
    np.testing.assert_array_equal(made.batch(tf.constant(x), training=False)[0], x)
    np.testing.assert_array_equal(made.batch((tf.constant(x), tf.constant(x)), training=True)[0], x)


def test_bad_arguments_say_what_was_expected():
    with pytest.raises(zoo.UsageError, match=r"input_shape must be a tuple of one number.*Write \(40,\)"):
        zoo.build("sequence", (3, 2))
    with pytest.raises(zoo.UsageError, match="vocabulary must be an integer of at least 2"):
        zoo.build("sequence", (3,), vocabulary=1)
    with pytest.raises(zoo.UsageError, match="with vocabulary=10"):
        zoo.build("sequence", (3,), vocabulary=4, **SMALL).fit(np.full((4, 3), 9.0))
