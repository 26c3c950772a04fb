"""A column of time: dates or numbers, in order, and where they leave a gap."""

import numpy as np
import pytest

from serving.refusing import Refused
from serving.times import interval, segments, times


def read(*words):
    return times("t.csv", "when", np.arange(2, 2 + len(words)), np.array(words, object))


def test_dates_are_seconds_since_1970_and_numbers_are_as_they_are():
    assert read("1970-01-01", "1970-01-02 00:00:01", "1970-01-02T00:00:01.5Z").tolist() == [0, 86401, 86401.5]
    assert read("1970-01-01T02:00:00+01:00").tolist() == [3600]
    assert read("3", "4.5", "4,75", "1e3").tolist() == [3, 4.5, 4.75, 1000]
    assert read().tolist() == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["1", "2", "x"], "line 4, column 'when' holds 'x': it must hold a number, as the others are"),
        (["2026-01-01", "2026-01-02", ""], "line 4, column 'when' holds '': it must hold a date such as 2026-11-28"),
        (["01.02.2026", "02.02.2026"], "line 2, column 'when' holds '01.02.2026': it must hold a date such as"),
        (["1", "3", "2"], "line 4, column 'when' holds '2', which lies before line 3's '3': sort the lines by time"),
        (["1", "inf"], "line 3, column 'when' holds 'inf'"),
    ],
)
def test_what_is_no_time_or_goes_back_is_refused_with_its_line(words, told):
    with pytest.raises(Refused) as refused:
        read(*words)
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_gap_is_longer_than_ten_usual_steps():
    found = np.array([0, 1, 2, 2, 12, 13, 23.5, 24])
    assert interval(found) == 1
    assert segments(found, 1.0) == [slice(0, 6), slice(6, 8)]  # from 2 to 12 are ten
    assert segments(found, 0.0) == [slice(0, 8)]
    assert (interval(np.zeros(3)), interval(np.zeros(0)), segments(np.zeros(0), 1.0)) == (0, 0, [])
