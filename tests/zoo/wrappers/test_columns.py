"""A model of a table takes columns by their names, whatever they are called and in whatever order they come."""

import keyword
import shutil

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

import zoo
from serving.verify import verify
from zoo import UsageError, golden
from zoo.wrappers.columns import PLAIN, keywords
from zoo.wrappers.detector import Detector
from zoo.wrappers.detectors import Detectors
from zoo.wrappers.standardized import Standardized

COLUMNS = (
    "pressure (hPa)",
    "a b",
    "a_b",
    "column_a_b",
    "1",
    "höhe",
    "self",
    "class",
    "x",
    "X",
    "normal",
    "日本",
    "a\nb\"'",
)
WIDE = len(COLUMNS)


@pytest.fixture(scope="module")
def model():
    inner = zoo.build("vanilla", (WIDE,), latent_dim=2, output="real", seed=0)
    return Standardized(Detector(inner, threshold=2.0), np.arange(WIDE), np.arange(1, WIDE + 1), COLUMNS)


@pytest.fixture(scope="module")
def export(model, tmp_path_factory):
    return zoo.export(model, tmp_path_factory.mktemp("table") / "e", examples=np.zeros((2, WIDE)))


@given(columns=st.lists(st.text("aA1_ .é", max_size=4) | st.sampled_from(COLUMNS), unique=True))
def test_each_column_gets_an_input_of_its_own(columns):
    found = keywords(columns, {"normal"})
    assert len({name.lower() for name in found} - {"normal", "self"}) == len(columns)
    assert all(PLAIN.fullmatch(name) and not keyword.iskeyword(name) for name in found)


def test_plain_names_stay():
    columns = ["speed", "a_b", "a b", "Speed", "column_a_b", "normal", "if"]
    expected = ["speed", "a_b", "column_a_b_2", "Speed_2", "column_a_b", "normal_2", "column_if"]
    assert list(keywords(columns, {"normal"})) == expected


def test_columns_go_in_by_name_in_any_order(model, export):
    x = np.random.default_rng(0).normal(0, 20, (7, WIDE)).astype("float32")
    x[3, 5] = np.nan
    loaded = tf.saved_model.load(str(export / "saved_model"))
    table = {key: [word.decode() for word in value.numpy()] for key, value in loaded.signatures["columns"]().items()}
    assert tuple(table["name"]) == COLUMNS
    given = dict(zip(table["input"], map(tf.constant, x.T), strict=True))
    found = loaded.signatures["named"](**dict(reversed(given.items())))
    expected = loaded.signatures["detect"](x=tf.constant(x))
    for name in ("score", "is_anomaly"):
        np.testing.assert_array_equal(found[name], expected[name])
    np.testing.assert_array_equal(found["code"], loaded.signatures["encode"](x=tf.constant(x))["code"])
    assert found["is_anomaly"].numpy()[3]
    given.popitem()
    with pytest.raises(TypeError):
        loaded.signatures["named"](**given)


def test_it_is_verified_and_loaded_again(model, export):
    assert verify(export, tolerance=1e-5, trusted=False)[1] == []
    again = zoo.load(export)
    assert again.columns == COLUMNS
    assert max(golden.differences(again, export / golden.NAME).values()) < 1e-5


def test_several_detectors_take_columns_and_the_index_of_one(tmp_path):
    inner = [Detector(zoo.build("vanilla", (2,), latent_dim=1, output="real", seed=i), threshold=1.0) for i in (0, 1)]
    model = Standardized(Detectors(inner), [0, 0], [1, 1], ("normal", "b"))
    zoo.export(model, tmp_path / "e", examples=np.zeros((2, 2)))
    assert verify(tmp_path / "e", tolerance=1e-5, trusted=False)[1] == []
    named = tf.saved_model.load(str(tmp_path / "e" / "saved_model")).signatures["named"]
    assert named.structured_input_signature[1].keys() == {"normal", "normal_2", "b"}
    shutil.rmtree(tmp_path / "e")


def test_a_data_frame_is_taken_by_its_names(model):
    x = np.random.default_rng(0).normal(size=(5, WIDE)).astype("float32")
    frame = pd.DataFrame(x, columns=COLUMNS)
    mixed = frame.assign(other="word")[[*reversed(COLUMNS), "other"]]
    np.testing.assert_array_equal(model.score(mixed), model.score(x))
    np.testing.assert_array_equal(model.encode(mixed), model.encode(x))
    np.testing.assert_array_equal(model.reconstruct(mixed), model.reconstruct(x))
    np.testing.assert_array_equal(model.detect(mixed), model.detect(x))
    with pytest.raises(UsageError, match=r"Received: 'a_b' 0 times. Did you mean"):
        model.score(frame.rename(columns={"a_b": "a_bb"}))
    with pytest.raises(UsageError, match="'x' 2 times"):
        model.score(pd.concat([frame, frame[["x"]]], axis=1))


def test_names_are_one_for_each_column():
    inner = zoo.build("vanilla", (2,), latent_dim=1, output="real")
    for columns in (("a",), ("a", "a")):
        with pytest.raises(UsageError, match="columns must be 2 names, each another"):
            Standardized(inner, [0, 0], [1, 1], columns)
    assert "named" not in Standardized(inner, [0, 0], [1, 1]).endpoints()


WORDS = {"empty": [0.2, None], "words": [(), ("", "a", "3")], "shares": [(), (0.2, 0.4, 0.4)]}


@pytest.fixture(scope="module")
def of_words():
    inner = zoo.build("vanilla", (5,), latent_dim=2, output="real", seed=0)
    return Standardized(Detector(inner, threshold=2.0), [5, 0], [2, 1], ("n", "w"), **WORDS)


def test_a_frame_of_words_and_an_array_of_their_places_are_the_same(of_words):
    frame = pd.DataFrame({"w": ["a", 3, 3.0, None, "b"], "n": [1.0, np.nan, 3, 4, 5]})
    x = np.array([[1, 1], [np.nan, 2], [3, 2], [4, 0]])
    np.testing.assert_array_equal(of_words.score(frame[:4]), of_words.score(x))
    np.testing.assert_array_equal(of_words.encode(frame[:4]), of_words.encode(x))
    assert of_words.reconstruct(x).shape == (4, 2)
    assert set(of_words.reconstruct(x)[:, 1]) <= {0, 1, 2}
    assert of_words.detect(frame)[4]
    with pytest.raises(UsageError, match=r"column 'w', must be words that training knew, '', 'a', '3'"):
        of_words.encode(frame)


def test_a_model_of_words_is_trained_verified_and_loaded_again(of_words, tmp_path):
    x = np.array([[1, 1], [np.nan, 2], [3, 2], [4, 0]])
    of_words.fit(x, epochs=1, verbose=0)
    folder = zoo.export(of_words, tmp_path / "e", examples=x)
    assert verify(folder, tolerance=1e-5, trusted=False)[1] == []
    again = zoo.load(folder)
    np.testing.assert_array_equal(again.score(x), of_words.score(x))
    with pytest.raises(UsageError, match="shape"):
        again.fit(x, np.zeros((4, 5)), verbose=0)


def test_words_that_do_not_fit_are_told(of_words):
    with pytest.raises(UsageError, match="shares must be one for each of the words"):
        Standardized(of_words.model, [0, 0], [1, 1], words=[(), ("a", "b")], shares=[(), (1.0,)])
    with pytest.raises(UsageError, match="model must be of 3 numbers"):
        Standardized(of_words.model, [0, 0], [1, 1], words=[(), ("a", "b")], shares=[(), (0.5, 0.5)])
