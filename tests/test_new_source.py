"""A new data source is one file: CONTRIBUTING's example, pasted into a copy of the project, is found and read."""

import json
import re
import shutil

import numpy as np
import pytest
from scipy.io import savemat

TWICE = """
import runpy, sys
runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)
sys.argv[1:] = ["--data", "nowhere"]
runpy.run_module("recipes.anomaly", run_name="__main__", alter_sys=True)
"""


@pytest.mark.long
def test_the_example_in_contributing_needs_no_other_edit(tmp_path, root, fresh_python):
    for folder in ("zoo", "recipes", "serving"):
        shutil.copytree(root / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    text = (root / "CONTRIBUTING.md").read_text("utf-8")
    file, code = re.search(r"Put this into `(recipes/data/\w+\.py)`.*?```python\n(.*?)```", text, re.DOTALL).groups()
    (tmp_path / file).write_text(code, "utf-8")
    x = np.random.default_rng(0).normal([5, 50, 500], [1, 2, 3], (80, 3))
    savemat(tmp_path / "FILE.mat", {"X": x, "y": np.arange(80) % 2})

    command = re.search(r"`python -m (recipes\.reduce --data FILE\.mat [^`]*)`", text)[1]
    run = fresh_python("-c", TWICE, *command.split(), "--epochs", "1", cwd=tmp_path)
    described = " ".join(code.partition('"""')[2].partition("\n")[0].strip('".').split())
    assert (run.returncode, described in run.stderr) == (2, True), run.stderr
    record = json.loads((tmp_path / "exported" / "reduce-vanilla-2" / "metrics.json").read_text())
    assert record["data"]["source"] == "FILE.mat"
    assert "knn_accuracy" in record["test"]
