"""Files that are read side by side, in lanes: each batch has its part of every lane, and a worker reads its own lanes.

A lane is some of the files, one after the other, through a buffer in which they are shuffled. All lanes together are
one order of the samples, whoever reads them; they end at the same time, since a batch takes from each in proportion.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from recipes.training.streaming import LEAST, Share, order, own
from zoo import UsageError

MOST = 8
CHANGED = "has not the rows that it had when it was first read: leave it as it is while it trains, and begin again"


class Lanes:
    """What files hold, in lanes.

    Args:
        counts: Samples by file.
        read: Yields a file's samples in pieces, by its number.
        buffer: Samples that are shuffled together, of all lanes.
        names: The files' names, for messages.
    """

    def __init__(
        self, counts: Sequence[int], read: Callable[[int], Iterator[np.ndarray]], buffer: int, names: Sequence[str]
    ) -> None:
        self.counts = counts
        self.read = read
        self.buffer = buffer
        self.names = names

    def dealt(self, size: int) -> list[list[int]]:
        """Returns the files of each lane, with about as many samples in each; one lane where batches are small."""
        total = sum(self.counts)
        files = sorted((i for i, count in enumerate(self.counts) if count), key=lambda i: -self.counts[i])
        for count in range(min(MOST, len(files)), 1, -1):
            lanes: list[list[int]] = [[] for _ in range(count)]
            rows = [0] * count
            for file in files:
                fewest = rows.index(min(rows))
                lanes[fewest].append(file)
                rows[fewest] += self.counts[file]
            if min(rows) * size >= LEAST * total:
                return [sorted(lane) for lane in lanes]
        return [sorted(files)]

    def ends(self, size: int) -> np.ndarray:
        """Returns how many samples have been seen after each batch of an epoch, give or take one of each lane.

        With several lanes the last batch has besides what is left, which might not be enough for each of them.
        """
        total = sum(self.counts)
        several = len(self.dealt(size)) > 1
        return np.append(np.arange(size, total - (size - 1 if several else 0), size), total)

    def shares(self, size: int, seed: int, epoch: int, worker: int, workers: int) -> Iterator[Share]:
        """Yields what a worker has of each batch of an epoch: as `Streamed.shares` says."""
        lanes = self.dealt(size)
        rows, total = np.array([self._rows(lane) for lane in lanes]), sum(self.counts)
        enough = workers <= len(lanes)  # to have files of one's own
        first, end = (len(lanes) * i // workers for i in (worker, worker + 1)) if enough else (0, len(lanes))
        reading = {i: self._taker(lanes[i], len(lanes), i, seed, epoch) for i in range(first, end)}
        before = np.zeros(len(lanes), int)
        for seen in self.ends(size):
            until = rows * int(seen) // total
            bounds = np.append(0, np.cumsum(until - before))
            before, batch = until, int(bounds[-1])
            x = np.concatenate([take(bounds[i + 1] - bounds[i]) for i, take in reading.items()])
            mine = slice(int(bounds[first]), int(bounds[end])) if enough else own(batch, worker, workers)
            yield Share(x if enough else x[mine], mine.start, batch)

    def _taker(self, files: list[int], lanes: int, number: int, seed: int, epoch: int) -> Callable[[int], np.ndarray]:
        """Returns what gives so many samples more of a lane, in the order of an epoch."""
        buffer = max(1, self.buffer // lanes)
        if self._rows(files) > buffer:
            files = list(np.random.default_rng([seed, epoch, number]).permutation(files))
        pieces = itertools.chain.from_iterable(map(self._whole, files))
        shuffled = (
            pool[order(len(pool), seed, epoch, i * lanes + number)] for i, pool in enumerate(pools(pieces, buffer))
        )
        pool, at = np.zeros(0), 0

        def take(count: int) -> np.ndarray:
            nonlocal pool, at
            parts = []
            while count:
                if at == len(pool):
                    pool, at = next(shuffled), 0
                parts.append(pool[at : at + count])
                at, count = at + len(parts[-1]), count - len(parts[-1])
            return parts[0] if len(parts) == 1 else np.concatenate(parts)

        return take

    def _rows(self, files: list[int]) -> int:
        return sum(self.counts[file] for file in files)

    def _whole(self, file: int) -> Iterator[np.ndarray]:
        """Yields a file's samples.

        Raises:
            UsageError: If these are not as many as there were.
        """
        seen = 0
        for piece in self.read(file):
            seen += len(piece)
            if seen > self.counts[file]:
                break
            yield piece
        if seen != self.counts[file]:
            raise UsageError(f"{self.names[file]} {CHANGED}.")


def pools(pieces: Iterator[np.ndarray], rows: int) -> Iterator[np.ndarray]:
    """Yields what pieces hold in arrays of so many rows, and at last of what is left."""
    kept: list[np.ndarray] = []
    for piece in pieces:
        kept.append(piece)
        while sum(map(len, kept)) >= rows:
            whole = np.concatenate(kept)
            yield whole[:rows]
            kept = [whole[rows:]]
    if any(map(len, kept)):
        yield np.concatenate(kept)
