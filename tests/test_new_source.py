"""A new data source is one file: CONTRIBUTING's example, pasted into a copy of the project, is found and read."""

import json
import re
import shutil

import numpy as np
import pytest
from scipy.io import savemat


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
    run = fresh_python("-m", *command.split(), "--epochs", "1", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    record = json.loads((tmp_path / "exported" / "reduce-vanilla-2" / "metrics.json").read_text())
    assert record["data"]["source"] == "FILE.mat"
    assert "knn_accuracy" in record["test"]

    described = " ".join(code.partition('"""')[2].partition("\n")[0].strip('".').split())
    run = fresh_python("-m", "recipes.anomaly", "--data", "nowhere", cwd=tmp_path)
    assert (run.returncode, described in run.stderr) == (2, True), run.stderr
