"""What a signature answers in a process of its own: outputs that NumPy can keep, seconds, or what went wrong."""

import numpy as np

from serving import running
from serving.signatures import Signature

CALLS = Signature(lambda inputs: {"y": 2 * inputs["x"], "words": np.array([b"a", b"bc"], object)}, {}, ())


def test_texts_become_bytes_and_calls_of_a_number_are_timed_alone():
    found = running.answered(CALLS, {"golden": {"x": np.arange(3)}, "2": {"x": np.arange(2)}})
    np.testing.assert_array_equal(found["golden/y"], [0, 2, 4])
    np.testing.assert_array_equal(found["golden/words"], np.array([b"a", b"bc"]))
    assert found["golden/words"].dtype.kind == "S"  # which needs no pickle
    assert found.keys() == {"golden/y", "golden/words", "seconds/2"}
    assert found["seconds/2"] > 0


def test_what_goes_wrong_is_all_that_is_answered():
    found = running.answered(CALLS, {"golden": {"x": np.arange(3)}, "other": {}})
    assert list(found) == ["error"]
    assert "x" in str(found["error"])


def test_inputs_are_found_by_signature_and_case(tmp_path):
    file = tmp_path / "in.npz"
    np.savez(file, **{"encode/golden/x": np.arange(3), "encode/golden/k": 2, "geometry/golden/": np.zeros(0)})
    found = running.wanted(file)
    assert found["encode"]["golden"].keys() == {"x", "k"}
    assert found["geometry"] == {"golden": {}}
