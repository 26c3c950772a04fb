"""What is peculiar to the mender: what it learns to find, its two ends, and what its loss is made of."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import zoo

RNG = np.random.default_rng(0)
GREY = RNG.uniform(0.4, 0.6, (16, 24, 20, 1)).astype("float32")


def small(channels: int = 1, **options):
    return zoo.build("mender", (None, None, channels), **{"filters": (4, 8), "blocks": (1, 1), "seed": 0, **options})


@pytest.mark.parametrize("channels", [1, 3])
def test_it_begins_as_the_identity_that_finds_little_at_any_size(channels):
    model = small(channels)
    for height, width in ((1, 1), (5, 2), (7, 9)):
        x = np.repeat(GREY[:2, :height, :width], channels, axis=-1)
        np.testing.assert_allclose(model.reconstruct(x), x, atol=1e-6)
        assert model.unusual(x).shape == (2, height, width)
        assert 0 < float(np.mean(model.unusual(x))) < 1


def test_its_loss_is_that_of_mending_plus_the_weighed_one_of_finding():
    model = small(visible=0.1, masking=0.0, weight=0.5)
    damaged = GREY.copy()
    damaged[:, 8:12, 8:12] = 0.0
    mended, logit = (np.asarray(part) for part in model.seen(damaged))
    change = np.abs(damaged - GREY)[..., 0]
    near = np.stack([np.pad(change, [(0, 0), (1, 1), (1, 1)], constant_values=np.nan)] * 9)
    shifts = [(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1)]
    near = np.nanmean([np.roll(x, shift, (1, 2)) for x, shift in zip(near, shifts, strict=True)], axis=0)
    there = near[:, 1:-1, 1:-1] > 0.1
    entropy = np.where(there, np.logaddexp(0, -logit), np.logaddexp(0, logit)).mean()
    expected = np.square(mended - GREY).mean() + 0.5 * entropy
    found = model.evaluate(damaged, GREY, batch_size=16, verbose=0, return_dict=True)["loss"]
    assert found == pytest.approx(expected, rel=1e-4)


def test_what_a_texture_hides_is_no_defect():
    y, x = np.mgrid[:30, :30]
    good = np.stack([0.5 + 0.2 * (-1.0) ** (x + y), np.full((30, 30), 0.5)])[..., None].astype("float32")
    damaged = good.copy()
    damaged[:, 10:20, 10:20] += 0.1
    found = np.asarray(small(visible=0.02, masking=0.5).defective(damaged, good))
    # On the board of squares, whose standard deviation is 0.2, a change has to be above 0.02 + 0.1.
    assert not found[0].any()
    assert found[1, 10:20, 10:20].all()


def test_a_sample_of_weight_0_counts_nothing():
    model = small()
    damaged = GREY[:2].copy()
    damaged[0, :8] = 1.0
    weighed = model.evaluate(damaged, GREY[:2], sample_weight=np.array([0.0, 1.0]), verbose=0, return_dict=True)["loss"]
    alone = model.evaluate(damaged[1:], GREY[1:2], verbose=0, return_dict=True)["loss"]
    assert weighed == pytest.approx(alone / 2, rel=1e-5)


@pytest.fixture(scope="module")
def trained():
    """A mender of even pictures, trained for some seconds."""
    even = np.broadcast_to(RNG.uniform(0.4, 0.6, (64, 1, 1, 1)), (64, 24, 24, 1)).astype("float32")
    keras.utils.set_random_seed(0)
    model = small(filters=(8, 16), learning_rate=0.005, average=0.0)
    model.fit(even, epochs=14, batch_size=16, verbose=0)
    return model


def test_a_defect_that_it_has_never_seen_is_found(trained):
    x = np.full((1, 40, 32, 1), 0.5, "float32")
    x[0, 10:16, 20:26] = [[[0.9], [0.1]] * 3] * 6  # a board of stripes
    found = np.asarray(trained.unusual(x))[0]
    inside = np.zeros(found.shape, bool)
    inside[10:16, 20:26] = True
    assert found[inside].mean() > 5 * found[~inside].mean()


def test_it_is_the_same_when_it_is_loaded_again(trained, tmp_path):
    zoo.export(trained, tmp_path)
    again = zoo.load(tmp_path)
    for mine, its in zip(trained.seen(GREY), again.seen(GREY), strict=True):
        np.testing.assert_array_equal(mine, its)
    assert again.count_params() == trained.count_params()
    model = keras.models.clone_model(trained)
    assert len(model.weights) == len(trained.weights)


def test_decoder_and_finder_share_all_but_their_ends():
    model = small()
    own = {id(w) for w in [*model.encoder.weights, *model.decoder.weights, *model.finder.weights]}
    assert {id(w) for w in model.weights} == own
    assert len(model.finder.weights) == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"visible": 0.0}, "visible must be a number above 0 and below 1"),
        ({"masking": -1.0}, "masking must be a number of at least 0"),
        ({"weight": 0.0}, "weight must be a number above 0"),
        ({"spared": 1.0}, "spared must be a number of at least 0 and below 1"),
        ({"filters": (4, 6)}, "filters must be multiples of 1, 4"),
        ({"blocks": (1,)}, "blocks must be as many numbers as filters, 2"),
    ],
)
def test_bad_arguments_say_what_was_expected(options, message):
    with pytest.raises(zoo.UsageError, match=message):
        small(**options)


def test_a_shape_that_is_no_picture_is_refused():
    with pytest.raises(zoo.UsageError, match=r"input_shape must be \(height, width, channels\)"):
        zoo.build("mender", (28, 28))


def test_its_graph_is_made_once_for_all_sizes(trained):
    call = tf.function(trained.unusual, input_signature=[tf.TensorSpec((None, None, None, 1))], autograph=False)
    for size in (5, 17, 32):
        assert call(GREY[:1, :size, :9]).shape == (1, min(size, 24), 9)
