"""A process's peak memory is its own, not that of the one which started it."""

import json

from benchmarks import _memory

CODE = "import json; from benchmarks._memory import peak_mb; held = b'x' * {}; print(json.dumps(peak_mb()))"


def test_it_grows_with_what_is_held_and_leaves_out_who_started_it(fresh_python):
    small, large = (json.loads(fresh_python("-c", CODE.format(size)).stdout) for size in (1, 200_000_000))
    assert 180 < large - small < 220
    assert small < _memory.peak_mb()  # this process has imported the whole project
