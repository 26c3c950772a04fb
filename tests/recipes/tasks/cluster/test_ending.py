"""Of what several workers say at their end, what a person gets to know."""

import pytest

from recipes.running import strategies
from recipes.tasks.cluster.ending import Gone, ended
from recipes.tasks.cluster.worker import Failed, Met
from zoo import UsageError

LEFT = UsageError(f"{strategies.GONE}, or cannot be reached.")
MET = {0: Met(0, "a", 11), 1: Met(1, "b", 12)}
KILLED = RuntimeError("The actor died")  # as the engine says it, in a class of its own


@pytest.mark.parametrize(
    ("failures", "said"),
    [
        ({0: LEFT, 1: KILLED}, "Worker 2 of 3 (process 12 on b) is gone. What the chief has saved is kept."),
        ({0: KILLED, 1: LEFT, 2: LEFT}, "Worker 1 of 3 (process 11 on a) is gone. What the chief has saved is kept."),
        ({2: KILLED, 1: KILLED}, "Worker 2 of 3 (process 12 on b) and Worker 3 of 3 are gone. What the chief"),
    ],
)
def test_workers_that_are_gone_are_named_before_those_who_miss_them(failures, said):
    found = ended(failures, MET, 3, RuntimeError("failed"))
    assert isinstance(found, Gone)
    assert str(found).startswith(said)


def test_what_a_worker_cannot_do_comes_before_who_misses_it():
    mended, fault = UsageError("x is not there: give --data."), Failed("Traceback: 1 / 0")
    assert ended({0: LEFT, 1: mended}, MET, 2, KILLED) is mended
    assert ended({0: LEFT, 1: fault}, MET, 2, KILLED) is fault
    assert ended({0: LEFT}, MET, 2, KILLED) is LEFT


def test_that_no_worker_was_started_is_a_sentence():
    assert str(ended({}, {}, 2, OSError("no\n place"))) == "Ray could not run the workers (OSError: no place)."
