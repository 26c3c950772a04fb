"""A new model is one file: CONTRIBUTING's example, pasted into a copy of the project, is found, tested and usable."""

import json
import re
import shutil

import zoo


def test_the_example_in_contributing_needs_no_other_edit(tmp_path, root, fresh_python):
    # Of the other models one is enough: the contract test would walk them all again.
    others = {f"{name}.py" for name in zoo.list_models()} - {"vanilla.py"}
    for folder in ("zoo", "recipes", "serving", "exported", "tests"):
        left_out = others if folder == "zoo" else ()
        ignored = shutil.ignore_patterns("__pycache__", "mnist-*", "demo*", "*.training", *left_out)
        shutil.copytree(root / folder, tmp_path / folder, ignore=ignored)
    shutil.copy(root / "pyproject.toml", tmp_path)
    text = (root / "CONTRIBUTING.md").read_text("utf-8")
    file = re.search(r"Put this into `(zoo/\w+\.py)`", text)[1]
    (tmp_path / file).write_text(re.search(r"```python\n(.*?)```", text, re.DOTALL)[1], "utf-8")

    run = fresh_python("-m", "pytest", "-n", "0", "tests/test_contract.py", "-k", "noisy_code or fresh", cwd=tmp_path)
    assert run.returncode == 0, run.stdout
    assert int(re.search(r"(\d+) passed", run.stdout)[1]) >= 8

    command = re.search(r"`python -m recipes\.mnist (--model noisy_code [^`]*)`", text)[1]
    run = fresh_python("-m", "recipes.mnist", *command.split(), "--epochs", "1", "--latent-dim", "4", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    metrics = json.loads((tmp_path / "exported" / "mnist-noisy_code" / "metrics.json").read_text())
    assert metrics["model"]["hyperparameters"]["sigma"] == 0.5
