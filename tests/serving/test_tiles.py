"""Tiles give what the whole picture gives, whatever its size."""

import functools

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import zoo
from serving.tiles import tiled

SCALES = {"denoise": 1, "super_resolution": 3, "colorize": 1, "reconstruct": 1}
SIZES = st.integers(1, 9) | st.integers(160, 250)


@functools.cache
def restorer(task):
    """A small restorer whose layers all take part, and what it does in an export."""
    channels = 1 if task == "colorize" else 3
    given = {"task": task, "scale": 3, "filters": (4, 16), "blocks": (1, 1), "seed": 0}
    model = zoo.build("restorer", (None, None, channels), **given)
    rng = np.random.default_rng(0)
    for weight in model.weights:  # many begin at zero
        if "level_" in weight.path:
            weight.assign(rng.normal(scale=0.1, size=weight.shape))
    endpoint = model.endpoints()["serving_default"]
    return model, tf.function(endpoint.call, input_signature=endpoint.inputs)


def noise(*shape):
    return np.random.default_rng(0).random(shape, "float32")


@pytest.mark.parametrize("task", SCALES)
@settings(max_examples=4, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(height=SIZES, width=SIZES)
def test_tiles_give_what_the_whole_gives(task, height, width):
    model, run = restorer(task)
    x = noise(height, width, 1 if task == "colorize" else 3)
    whole = run(x[None])["reconstruction"][0].numpy()
    shapes = set()

    def restore(part):
        shapes.add(part.shape)
        return run(part)["reconstruction"].numpy()

    found = tiled(restore, x, SCALES[task], model.multiple, model.reach, tile=1)
    assert found.shape == whole.shape == (SCALES[task] * height, SCALES[task] * width, 3)
    np.testing.assert_allclose(found, whole, rtol=0, atol=1e-5)
    assert len(shapes) == 1  # a shape of its own would make TensorFlow plan its memory anew
    longest = 4 * (model.reach + model.multiple)
    assert max(*shapes.pop()[1:3]) <= longest


def test_tiles_are_turned_and_flipped_as_the_whole():
    model, _ = restorer("super_resolution")
    x = noise(171, 30, 3)
    found = tiled(lambda part: model.ensemble(part).numpy(), x, 3, model.multiple, model.reach, tile=1)
    np.testing.assert_allclose(found, model.ensemble(x[None])[0], rtol=0, atol=1e-5)


def test_a_reach_that_is_told_too_small_shows():
    model, run = restorer("denoise")
    x = noise(300, 10, 3)
    found = tiled(lambda part: run(part)["reconstruction"].numpy(), x, 1, model.multiple, reach=4, tile=1)
    assert np.abs(found - run(x[None])["reconstruction"][0]).max() > 1e-3


@settings(max_examples=30, deadline=None, derandomize=True)
@given(
    height=st.integers(1, 100),
    width=st.integers(1, 100),
    multiple=st.sampled_from([1, 2, 4, 8]),
    reach=st.integers(0, 9),
    tile=st.integers(1, 50),
)
def test_each_pixel_comes_from_a_tile_that_sees_all_in_its_reach(height, width, multiple, reach, tile):
    """A tile gives back how far each of its pixels is from what was cut off."""
    rows, columns = np.mgrid[:height, :width]
    x = np.stack([rows, columns], axis=-1)
    sizes, told = [], []

    def distance(part):
        assert (part[0, 0, 0] % multiple == 0).all()
        sizes.append(part.shape[1:3])
        away = np.full(part.shape[1:3], 10**6)
        for axis, length in enumerate((height, width)):
            place = part[0, ..., axis]
            begin, end = place.min(), place.max() + 1
            assert (end - length) % multiple == 0
            away = np.minimum(away, place - begin if begin else away)
            away = np.minimum(away, end - 1 - place if end < length else away)
        return np.concatenate([part[0], away[..., None]], axis=-1)[None]

    found = tiled(distance, x, 1, multiple, reach, tile, told.append)
    np.testing.assert_array_equal(found[..., :2], x)  # each pixel is there, in its place
    assert found[..., 2].min() >= reach
    assert len(set(sizes)) == 1
    assert max(sizes[0]) <= max(tile + multiple, 4 * (reach + multiple))
    np.testing.assert_allclose(told, np.arange(1, len(sizes) + 1) / len(sizes))


def test_few_pixels_are_restored_twice():
    x = np.zeros((600, 600, 1), "uint8")
    seen = []

    def restore(part):
        seen.append(part.size)
        return part

    assert tiled(restore, x, 1, multiple=4, reach=48).dtype == np.uint8
    assert seen == 4 * [348**2]  # of the 600 two times 252 + 2 * 48, not two times 512
