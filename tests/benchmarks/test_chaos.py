"""The chaos benchmark in short, and what it takes for a difference."""

import hashlib
import json
import random
from pathlib import Path

import pytest

import zoo
from benchmarks import chaos
from benchmarks.chaos import CASES, PHASES, Case, Config
from recipes.running import entries


@pytest.mark.slow  # tests of `fit` and of signals kill trainings in every run
@pytest.mark.parametrize("case", CASES)
def test_a_killed_run_goes_on_to_the_same_export(case):
    record = chaos.run(Config(kills=2, seed=0, cases=(case,)))
    assert record["cases"][case]["different"] == []
    assert (record["kills"], record["equal"]) == (2, 2)


def test_every_model_and_recipe_is_killed():
    said = " ".join(CASES.values())
    defaults = {"autorec": "movielens --data", "restorer": "images --data", "sparse": "--model sparse"}
    for model in zoo.list_models():
        assert defaults.get(model, f"--model {model}") in said
    assert {words.split()[0] for words in CASES.values()} == set(entries.names())


def test_moments_are_dealt_by_phase_evenly_over_cases_and_in_the_order_of_the_run():
    moments = [f"{phase} of a model {i}" for phase in PHASES for i in range(9)]
    cases = {name: Case([], Path(), dict.fromkeys(moments, 1.0)) for name in "abcdef"}
    chaos.plan(cases, 60, random.Random(0))
    planned = [[moment for moment, _ in case.planned] for case in cases.values()]
    assert [len(each) for each in planned] == [10] * 6
    assert all(len(set(each)) == 10 and each == sorted(each, key=moments.index) for each in planned)
    counts = {phase: sum(moment.startswith(phase) for each in planned for moment in each) for phase in PHASES}
    assert counts == PHASES
    again = {name: Case([], Path(), dict.fromkeys(moments, 1.0)) for name in "abcdef"}
    chaos.plan(again, 60, random.Random(0))
    assert again == cases


def test_any_file_that_differs_is_named_but_for_seconds_and_what_follows_from_them(tmp_path):
    record = {"test": {"mse": 0.5}, "train": {"epochs": 3, "seconds": 1.5, "seconds_per_epoch": 0.5}}
    for name, seconds in (("one", 1.5), ("other", 2.5)):
        (tmp_path / name / "out").mkdir(parents=True)
        written = {**record, "train": {**record["train"], "seconds": seconds}}
        (tmp_path / name / "out/metrics.json").write_text(json.dumps(written))
        sum_line = f"{hashlib.sha256(name.encode()).hexdigest()}  a"
        card = f"- Seed 0; 3 epochs; {seconds} s, {seconds} s an epoch, here.\n{sum_line}\n"
        (tmp_path / name / "out/card.md").write_text(card)
        (tmp_path / name / "out/SHA256SUMS").write_text(name)
        (tmp_path / name / "out/golden.npz").write_bytes(b"equal")
    one, other = tmp_path / "one", tmp_path / "other"
    assert chaos.differences(one, other) == []
    (other / "out/golden.npz").write_bytes(b"unequal")
    (other / "out/metrics.json").write_text(json.dumps({**record, "test": {"mse": 0.25}}))
    (other / "out/card.md").write_text("- Seed 0; 4 epochs; 1 s, 1 s an epoch, here.")
    (other / ".out.abcd1234").mkdir()
    (other / ".out.abcd1234/left").touch()
    assert chaos.differences(one, other) == [
        ".out.abcd1234/left is in one alone",
        "out/card.md differs",
        "out/golden.npz differs",
        "out/metrics.json differs",
    ]
