"""Signatures in processes of their own: what one does there costs no other."""

import numpy as np

from zoo import processes

X = np.arange(6.0).reshape(2, 3)
RUNNER = """
import os, sys
import numpy as np
given = np.load(sys.argv[3])
for name in dict.fromkeys(key.split("/")[0] for key in given.files):
    if name == "crashes":
        os.abort()
    np.savez(os.path.join(sys.argv[4], name + ".npz"), **{"golden/y": given[name + "/golden/x"]})
"""


def test_a_crash_costs_the_signature_that_crashed_and_no_other(tmp_path):
    script = tmp_path / "running.py"
    script.write_text(RUNNER)
    given = {name: {"golden": {"x": X}} for name in ("first", "crashes", "last")}
    found = processes.run("any", tmp_path, given, script=script)
    np.testing.assert_array_equal(found["first"]["golden/y"], X)
    np.testing.assert_array_equal(found["last"]["golden/y"], X)
    assert str(found["crashes"]["error"]) == "it ends the process that runs it (signal 6)"


def test_arrays_are_found_by_how_their_names_begin():
    assert processes.part({"golden/y": X, "other/y": X, "golden/z": X}, "golden/").keys() == {"y", "z"}
