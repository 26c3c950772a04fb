"""Files read side by side: every row once, the same batches by any number of workers, each of which reads its own."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recipes.training.lanes import Lanes, pools
from zoo import UsageError


def lanes_of(counts, buffer=50, read=None):
    """Files of so many rows, each of which has a number of its own."""
    ends = np.cumsum(counts)
    rows = [np.arange(end - count, end, dtype="float32")[:, None] for count, end in zip(counts, ends, strict=True)]

    def pieces(file):
        if read is not None:
            read.append(file)
        yield from np.array_split(rows[file], 3)

    return Lanes(counts, pieces, buffer, [f"file {i}" for i in range(len(counts))])


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 300), min_size=1, max_size=12), st.integers(1, 130), st.integers(2, 5))
def test_workers_parts_are_disjoint_and_complete_and_their_batches_those_of_one(counts, size, workers):
    if not sum(counts):
        return
    lanes = lanes_of(counts)
    alone = list(lanes.shares(size, 0, 1, 0, 1))
    together = [list(lanes.shares(size, 0, 1, worker, workers)) for worker in range(workers)]
    assert {len(shares) for shares in together} == {len(alone)} == {len(lanes.ends(size))}
    seen = np.concatenate([share.x for share in alone])
    assert sorted(seen.ravel()) == list(range(sum(counts)))
    for whole, *parts in zip(alone, *together, strict=True):
        assert {part.total for part in parts} == {whole.total} == {len(whole.x)}
        if len(parts[0].x) == whole.total:  # too small to be shared: all have all of it
            assert all((part.x == whole.x).all() for part in parts)
            continue
        np.testing.assert_array_equal(np.concatenate([part.x for part in parts]), whole.x)
        assert [part.start for part in parts] == [0, *np.cumsum([len(part.x) for part in parts])[:-1]]
        assert min(len(part.x) for part in parts) >= 1


def test_each_worker_reads_its_own_files_where_there_are_enough():
    read = [[], []]
    for worker in range(2):
        for _ in lanes_of([100] * 4, read=read[worker]).shares(64, 0, 0, worker, 2):
            pass
    assert [len(set(files)) for files in read] == [2, 2]
    assert set(read[0]) | set(read[1]) == set(range(4))


def test_batches_have_their_size_but_for_the_last():
    one, several = lanes_of([100]), lanes_of([50, 50])
    assert [share.total for share in one.shares(32, 0, 0, 0, 1)] == [32, 32, 32, 4]
    assert [share.total for share in several.shares(32, 0, 0, 0, 1)] == [32, 32, 36]
    for lanes in (one, several):
        np.testing.assert_array_equal(lanes.ends(32), np.cumsum([s.total for s in lanes.shares(32, 0, 0, 0, 1)]))


def test_small_files_share_a_lane_and_empty_ones_have_none():
    assert lanes_of([3, 0, 3, 1000]).dealt(32) == [[0, 2, 3]]
    assert sorted(map(sorted, lanes_of([500, 0, 500]).dealt(32))) == [[0], [2]]


def test_another_epoch_has_another_order():
    first, again, second = (
        np.concatenate([share.x for share in lanes_of([90, 90, 90]).shares(64, 0, epoch, 0, 1)]) for epoch in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != second).mean() > 0.5


@pytest.mark.parametrize("count", [29, 31])
def test_a_file_with_other_rows_than_before_is_named(count):
    lanes = lanes_of([30, 30])
    lanes.counts = [30, count]
    with pytest.raises(UsageError, match=r"file 1 has not the rows that it had when it was first read"):
        list(lanes.shares(64, 0, 0, 0, 1))


def test_pools_hold_so_many_rows():
    pieces = [np.arange(7), np.arange(0), np.arange(5)]
    assert [len(pool) for pool in pools(iter(pieces), 5)] == [5, 5, 2]
    assert not list(pools(iter([]), 5))
