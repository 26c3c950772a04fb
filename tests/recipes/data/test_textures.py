"""Textures with drawn flaws: parts that share no pixel, flaws that can be seen, the same in every run."""

import numpy as np
import pytest

from recipes.data import flaws, sources, textures


@pytest.fixture(scope="module")
def data():
    return sources.surfaces("textures")


def test_parts_are_what_the_split_says(data):
    assert [x.shape for x in data.train.pictures] == [(512, 224, 1)] * 3
    assert len(data.validation) == 24
    assert {x.shape for part in (data.validation, data.test) for x in part.pictures} == {(64, 96, 1)}
    assert data.test.kinds.count("good") == 48
    assert all(data.test.kinds.count(kind) == 48 for kind in flaws.KINDS)
    assert len(data.test) == 48 * (1 + len(flaws.KINDS))


def test_no_pixel_of_a_part_lies_in_another(data):
    def windows(x):  # four neighbors in a row are as good as a name
        rows = np.lib.stride_tricks.sliding_window_view(x[..., 0], 12, axis=1)[:, ::12].reshape(-1, 12)
        return {row.tobytes() for row in rows if np.ptp(row) > 60}

    whole = [x for x, kind in zip(data.test.pictures, data.test.kinds, strict=True) if kind == "good"]
    trained = set().union(*(windows(x[:, shift:]) for x in data.train.pictures for shift in range(12)))
    assert len(trained) > 1000
    assert not trained & set().union(*map(windows, whole))


def test_flaws_lie_where_their_masks_say_and_can_be_seen(data):
    whole = data.test.pictures[:48]
    for i, (x, kind, mask) in enumerate(zip(data.test.pictures, data.test.kinds, data.test.masks, strict=True)):
        if kind == "good":
            assert not mask.any()
            continue
        change = np.abs(x.astype(int) - whole[(i - 48) // len(flaws.KINDS)])[..., 0]
        assert mask.sum() >= flaws.FEWEST
        assert change[mask].mean() > 8, kind
        if kind in ("scratch", "crack"):  # of the others a part may not be seen
            assert change[mask].sum() > 0.9 * change.sum()


def test_they_are_the_same_whatever_the_seed(data):
    assert sources.surfaces("textures", seed=7).checksum == data.checksum


def test_as_samples_of_one_shape_they_are_tiles_with_labels():
    splits = textures.load(size=(16, 24))
    assert splits.shape == (16, 24)
    assert {part: len(splits[part]) for part in splits} == {"train": 48, "validation": 24, "test": 336}
    assert splits.labels == tuple(sorted(["good", *flaws.KINDS]))
    assert set(splits.train.y) == {splits.labels.index("good")}
