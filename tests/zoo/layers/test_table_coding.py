"""A table's row becomes a sample and comes back, by arithmetic that can be followed."""

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoo import UsageError
from zoo.layers.table_coding import TableCoding

# A number, a number that may be empty (a fifth was), and a word, of which half was the first and a quarter each other.
GIVEN = {"mean": [10, 0, 0], "scale": [2, 1, 1], "empty": [None, 0.2, None], "shares": [(), (), (0.5, 0.25, 0.25)]}


def coded(rows, **changes):
    return np.asarray(TableCoding(**{**GIVEN, **changes})(np.array(rows, "float32")))


def test_numbers_are_standardized_empty_cells_flagged_and_words_indicated():
    found = coded([[14, 3, 0], [10, np.nan, 2]])
    flag = (0 - 0.2) / 0.4, (1 - 0.2) / 0.4  # sqrt(0.2 x 0.8) = 0.4
    wide = np.sqrt(0.25 + 2 * 0.1875)  # 0.5 x 0.5 + 2 x 0.25 x 0.75
    np.testing.assert_allclose(
        found,
        [
            [2, 3, flag[0], 0.5 / wide, -0.25 / wide, -0.25 / wide],
            [0, 0, flag[1], -0.5 / wide, -0.25 / wide, 0.75 / wide],
        ],
        rtol=1e-6,
    )
    assert TableCoding(**GIVEN).owners == [0, 1, 1, 2, 2, 2]


def test_a_column_of_words_varies_as_much_as_one_of_numbers():
    rows = [[10, 0, word] for word in (0, 0, 1, 2)]  # in the shares
    assert coded(rows)[:, 3:].var(axis=0).sum() == pytest.approx(1)


@pytest.mark.parametrize("row", [[np.nan, 0, 0], [0, np.inf, 0], [0, 0, 3], [0, 0, -1], [0, 0, 0.5], [0, 0, np.nan]])
def test_what_training_did_not_know_is_no_number(row):
    assert not np.isfinite(coded([row])).all()


@given(
    rows=st.lists(
        st.tuples(st.floats(-1e3, 1e3, width=32), st.floats(-1e3, 1e3, width=32), st.integers(0, 2)),
        min_size=1,
        max_size=5,
    )
)
def test_rows_come_back(rows):
    sample = coded(rows)
    again = np.asarray(TableCoding(**GIVEN, invert=True)(sample))
    np.testing.assert_allclose(again, rows, atol=1e-3)


def test_a_constant_word_and_a_flag_that_never_was_are_borne():
    found = coded([[10, 0, 0]], empty=[None, 0.0, None], shares=[(), (), (1.0,)])
    np.testing.assert_array_equal(found, [[0, 0, 0, 0]])


def test_it_is_made_again_and_lengths_must_agree():
    layer = TableCoding(**GIVEN, invert=True, name="back")
    again = keras.layers.deserialize(keras.layers.serialize(layer))
    assert again.get_config() == layer.get_config()
    assert again.compute_output_shape((None, 6)) == (None, 3)
    with pytest.raises(UsageError, match="of one length"):
        TableCoding([0], [1, 1], [None], [()])
