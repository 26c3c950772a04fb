"""A new model and a new kind are a file each: CONTRIBUTING's examples, pasted into a copy, are found and tested."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

import zoo


def copied(root: Path, target: Path) -> str:
    """Copies the project with one model alone, since the contract test walks all; returns CONTRIBUTING's text."""
    others = {f"{name}.py" for name in zoo.list_models()} - {"vanilla.py"}
    usual = shutil.ignore_patterns("__pycache__", "mnist-*", "demo*", "*.training")

    def ignored(folder: str, names: list[str]) -> set[str]:
        return {*usual(folder, names), *(others if folder == str(root / "zoo" / "models") else ())}

    for folder in ("zoo", "recipes", "serving", "exported", "tests"):
        shutil.copytree(root / folder, target / folder, ignore=ignored)
    shutil.copy(root / "pyproject.toml", target)
    return (root / "CONTRIBUTING.md").read_text("utf-8")


def paste(text: str, folder: str, target: Path) -> None:
    """Pastes the example of a file in that folder."""
    file, code = re.search(rf"Put this into `({folder}/\w+\.py)`.*?```python\n(.*?)```", text, re.DOTALL).groups()
    (target / file).write_text(code, "utf-8")


@pytest.mark.long
def test_the_model_and_the_kind_in_contributing_need_no_other_edit(tmp_path, root, fresh_python):
    text = copied(root, tmp_path)
    paste(text, "zoo/models", tmp_path)
    paste(text, "zoo/kinds", tmp_path)

    chosen = ["-m", "slow or not slow", "-k", "noisy_code or amounts or fresh", "-rp"]
    run = fresh_python("-m", "pytest", "-n", "0", "tests/test_contract.py", *chosen, cwd=tmp_path)
    assert run.returncode == 0, run.stdout
    passed = re.findall(r"^PASSED .*::test_(\w+)(?:\[(.+)\])?$", run.stdout, re.MULTILINE)
    assert len([case for _, case in passed if case == "noisy_code"]) >= 5
    assert len([case for _, case in passed if case.startswith("vanilla-amounts")]) == 3
    assert [name for name, _ in passed if "fresh" in name]

    rng = np.random.default_rng(0)
    np.savez(tmp_path / "few.npz", x=rng.integers(0, 256, (120, 8, 8), "uint8"), y=np.arange(120) % 3)
    command = re.search(r"`python -m recipes\.mnist (--model noisy_code [^`]*)`", text)[1]
    few = ["--data", "few.npz", "--epochs", "1", "--latent-dim", "4"]
    run = fresh_python("-m", "recipes.mnist", *command.split(), *few, cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    metrics = json.loads((tmp_path / "exported" / "mnist-noisy_code" / "metrics.json").read_text())
    assert metrics["model"]["hyperparameters"]["sigma"] == 0.5
