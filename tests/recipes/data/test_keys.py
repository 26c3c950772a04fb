"""Data are known by their samples: in any order, of any files, whatever their folder is called."""

import json
from pathlib import Path

import numpy as np
import pytest

from recipes.data import images, keys, movielens
from recipes.data.splits import Part, Splits
from recipes.publishing import PUBLISHED

SHARED = Path(__file__).resolve().parents[3] / "../shared/data"


def splits(train, validation, test, order=slice(None)):
    parts = [Part(np.array(x, "float32")[order, None], np.array(x)[order]) for x in (train, validation, test)]
    return Splits(*parts, name="", source="", split="", licence="")


def test_the_order_and_what_validates_do_not_matter():
    key = splits([1, 2, 3], [4, 5], [6, 7]).key
    assert key == splits([5, 1, 4], [3, 2], [7, 6], order=slice(None, None, -1)).key
    assert len(key) == keys.SHORT


def test_what_tests_and_each_value_matters():
    keys_of = {
        splits(*parts).key
        for parts in (([1, 2], [3], [4]), ([1, 2], [4], [3]), ([1, 2], [3], [5]), ([1, 2, 2], [3], [4]))
    }
    assert len(keys_of) == 4


def test_each_published_number_is_of_known_data():
    known = {about["key"] for about in json.loads(keys.KNOWN.read_text("utf-8")).values()}
    for file in PUBLISHED.glob("*.json"):
        assert any(file.stem.startswith(f"{key}-") for key in known), file.name


@pytest.mark.skipif(not (SHARED / "ml-100k").is_dir(), reason="no MovieLens 100K beside the checkout")
def test_movielens_is_known_whole_and_by_its_official_split():
    folder = SHARED / "ml-100k"
    assert movielens.load(str(folder)).key == "ml-100k"
    official = [str(folder / name) for name in ("u1.base", "u1.test")]
    assert {movielens.load_split(*official, seed=seed).key for seed in (0, 1)} == {"ml-100k-u1"}


@pytest.mark.skipif(not (SHARED / "images/bsd68").is_dir(), reason="no photographs beside the checkout")
def test_photographs_are_known_whatever_validates():
    train, test = (str(SHARED / "images" / name) for name in ("train400", "bsd68"))
    loaded = [images.load(train, test=test, channels=1, smallest=64, seed=seed) for seed in (0, 1)]
    assert [one.key for one in loaded] == ["train400-bsd68"] * 2
