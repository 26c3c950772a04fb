"""The search in miniature: stopped and gone on with, its table, its picture, its best run; and what it cannot do."""

import csv
import json
import shlex
import subprocess
import sys
from typing import ClassVar

import keras
import matplotlib.image
import pytest
import tensorflow as tf

from recipes import running, sweep
from recipes.running import entries
from zoo import UsageError

optuna = pytest.importorskip("optuna", reason="needs Optuna: pip install '.[sweep]'")
SPACE = ("learning_rate=1e-4..1e-2:log", "latent_dim=16,32,64")


@pytest.fixture
def toy(monkeypatch):
    """A recipe that takes no time: it is best where the rate is 0.002 and the code is long; 16 is refused."""

    class Toy(running.Options):
        AIMS: ClassVar = {"rmse": "min"}
        asked: ClassVar[list] = []
        stop_at: ClassVar[int | None] = None
        faults: ClassVar[dict] = {}

    def run(config):
        if len(Toy.asked) == Toy.stop_at:
            raise KeyboardInterrupt("Stopped in epoch 1 of 2")
        Toy.asked.append(config)
        rate, length = (config.hyperparameters[name] for name in ("learning_rate", "latent_dim"))
        if length == 16:
            raise UsageError("16 is too short.")
        if length in Toy.faults:
            raise Toy.faults[length]
        config.out.mkdir(parents=True)
        validation = {"rmse": abs(rate - 0.002) + 1 / length, "hits": length + rate}
        (config.out / "metrics.json").write_text(json.dumps({"validation": validation, "test": {"rmse": -1.0}}))

    monkeypatch.setattr(entries, "find", lambda recipe, arguments: running.Entry(recipe, Toy, run))
    monkeypatch.setattr(keras.backend, "clear_session", lambda: None)  # it builds nothing that were to be cleared
    return Toy


def searched(tmp_path, arguments=(), **options):
    given = {"recipe": "toy", "space": SPACE, "trials": 5, "out": tmp_path / "search", **options}
    return sweep.run(sweep.Search(**given), list(arguments))


def rows(tmp_path):
    with (tmp_path / "search" / "trials.csv").open() as table:
        return list(csv.DictReader(table))


def test_the_best_is_kept_and_its_command_printed(toy, tmp_path, capsys):
    found = searched(tmp_path)
    table = rows(tmp_path)
    assert [row["trial"] for row in table] == [str(i) for i in range(1, 6)]
    good = [row for row in table if not row["failed"]]
    assert {row["failed"] for row in table} == {"", "16 is too short."}
    best = min(good, key=lambda row: float(row["rmse"]))
    assert (found["value"], found["latent_dim"]) == (float(best["rmse"]), best["latent_dim"])
    kept = json.loads((tmp_path / "search" / "best" / "metrics.json").read_text())
    assert kept["validation"]["rmse"] == found["value"]
    assert {p.suffix for p in (tmp_path / "search" / "trials").iterdir()} == {".log"}
    said = capsys.readouterr().out
    assert f"(best: {found['value']:.4g}, trial {best['trial']})" in said
    words = shlex.split(said.strip().splitlines()[-1])
    assert words[:3] == ["python", "-m", "recipes.toy"]
    again = running.parse(toy, words[3:], "toy").hyperparameters
    assert again["learning_rate"] == found["learning_rate"]
    assert str(again["latent_dim"]) == found["latent_dim"]
    assert matplotlib.image.imread(tmp_path / "search" / "trials.png").ndim == 3


def test_stopped_half_way_it_goes_on_with_the_same_trials_to_exactly_as_many(toy, tmp_path):
    whole = searched(tmp_path / "whole")
    expected = [row["learning_rate"] for row in rows(tmp_path / "whole")]
    toy.asked.clear()
    toy.stop_at = 3
    with pytest.raises(KeyboardInterrupt):
        searched(tmp_path)
    toy.stop_at = None
    with pytest.raises(UsageError, match="add --resume"):
        searched(tmp_path)
    with pytest.raises(UsageError, match="keeps another search"):
        searched(tmp_path, space=("latent_dim=16,32,64",), resume=True)
    assert searched(tmp_path, resume=True) == whole
    assert [row["learning_rate"] for row in rows(tmp_path)] == expected
    assert len(toy.asked) == 5
    searched(tmp_path, resume=True, trials=6)
    assert len(rows(tmp_path)) == 6


def test_trials_without_memory_and_with_faults_fail_in_a_sentence_and_the_search_goes_on(toy, tmp_path, capsys):
    toy.faults = {
        32: MemoryError("Unable to allocate 9 TiB"),
        48: tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor\nwith shape"),
        64: RuntimeError("no such operation\n in the graph"),
    }
    found = searched(tmp_path, space=("latent_dim=32,48,64,256",), trials=12)
    assert found["latent_dim"] == "256"
    failed = {row["latent_dim"]: row["failed"] for row in rows(tmp_path)}
    logs = [path for path in (tmp_path / "search" / "trials").iterdir() if "Traceback" in path.read_text()]
    assert failed.pop("64") in [f"RuntimeError: no such operation; {log} says where." for log in logs]
    assert failed == {
        "32": "It needs more memory than there is.",
        "48": "It needs more memory than there is.",
        "256": "",
    }
    assert "latent_dim=32: failed: It needs more memory than there is. (best: 0.004" in capsys.readouterr().out


def test_a_trial_that_takes_the_process_with_it_again_and_again_fails(toy, tmp_path):
    toy.stop_at = 1
    with pytest.raises(KeyboardInterrupt):
        searched(tmp_path, space=("latent_dim=32,64,256",))
    toy.stop_at = None
    (tmp_path / "search" / "trials" / "2.begun").write_text("nothing\nnothing\nnothing")  # as many deaths
    searched(tmp_path, space=("latent_dim=32,64,256",), resume=True)
    died = [row["failed"] for row in rows(tmp_path)]
    assert died[1] == "Its process died 3 times at the same place, as it does where memory is full."
    assert died[:1] + died[2:] == [""] * 4
    assert {path.suffix for path in (tmp_path / "search" / "trials").iterdir()} == {".log"}


def test_a_full_disk_ends_the_search_and_it_goes_on_later(toy, tmp_path):
    toy.faults = {64: OSError(28, "No space left on device")}
    with pytest.raises(OSError, match="No space"):
        searched(tmp_path, space=("latent_dim=64,256",), trials=4)
    toy.faults = {}
    searched(tmp_path, space=("latent_dim=64,256",), trials=4, resume=True)
    assert not any(row["failed"] for row in rows(tmp_path))


def test_the_first_trial_is_what_one_has_without_a_search(toy, tmp_path):
    searched(tmp_path, ["--seed", "4294967295"], space=("learning_rate=1e-4..1e-2:log",), trials=2)
    assert toy.asked[0].hyperparameters["learning_rate"] == 1e-3
    assert all(config.resume and config.out.parent.name == "trials" for config in toy.asked)


def test_another_measure_that_should_be_high(toy, tmp_path):
    found = searched(tmp_path, metric="hits", goal="max", space=("latent_dim=17..99",), trials=3)
    assert found["value"] == pytest.approx(found["latent_dim"] + 1e-3)
    assert found["latent_dim"] == max(int(row["latent_dim"]) for row in rows(tmp_path))


def test_what_cannot_be_searched_is_said_in_a_sentence(toy, tmp_path):
    file = tmp_path / "file"
    file.touch()
    for options, sentence in (
        ({"trials": 0}, "trials must be"),
        ({"metric": "rmse"}, "belong together"),
        ({"arguments": ["--seed", "4294967296"]}, "seed must be an integer from 0 to 4294967295"),
        ({"out": file}, "is there and is no folder: choose another --out"),
        ({"metric": "mse", "goal": "min"}, "no validation measure mse. Received: rmse, hits"),
        ({"resume": True}, "There is no search in"),
        ({"space": ("latent_dim=16,16 ",)}, "values that differ"),
        ({"space": ("learning_rate=0.1..0.2",), "arguments": ["--latent-dim", "16"]}, "first 3 trials failed"),
    ):
        with pytest.raises(UsageError, match=sentence):
            searched(tmp_path / str(len(str(options))), **options)


def test_what_was_killed_while_it_wrote_goes_on(toy, tmp_path):
    whole = searched(tmp_path / "whole")
    searched(tmp_path, trials=3)
    journal = tmp_path / "search" / "journal.log"
    lines = journal.read_bytes()
    journal.write_bytes(lines + lines.splitlines()[-1][:9])
    journal.with_name("journal.log.lock").symlink_to(journal)
    assert searched(tmp_path, resume=True) == whole
    assert len(rows(tmp_path)) == 5


def test_the_best_is_told_beside_what_one_has_without_a_search(toy, tmp_path, capsys):
    found = searched(tmp_path, space=("learning_rate=1e-4..1e-2:log",), trials=5)
    usual = float(rows(tmp_path)[0]["rmse"])
    assert found["value"] < usual == pytest.approx(0.001 + 1 / 256)
    said = capsys.readouterr().out
    assert f"Best: rmse {found['value']:.4g}, trial " in said
    assert f"; without a search {usual:.4g}, trial 1." in said
    searched(tmp_path / "other", space=("latent_dim=40..64", "learning_rate=1e-3..1e-2"), trials=1)
    said = capsys.readouterr().out
    assert "Without a search one has latent_dim=256, which --space does not hold" in said
    assert "; without a search" not in said


def test_a_trial_makes_one_export(tmp_path):
    with pytest.raises(UsageError, match=r"one export\. Received: options that make 2"):
        searched(tmp_path, recipe="reduce", space=("learning_rate=1e-4..1e-2",))


@pytest.mark.slow
def test_a_search_of_a_real_recipe_is_killed_and_goes_on(root, idx_folder, tmp_path):
    words = ["-m", "recipes.sweep", "mnist", "--space", *SPACE, "--trials", "4", "--out", tmp_path / "search"]
    words += ["--data", idx_folder, "--epochs", "2", "--model", "vanilla"]
    command = [sys.executable, *map(str, words)]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as started:
        assert any(line.startswith("Trial 2 ") for line in started.stdout)
        started.kill()
    run = subprocess.run([*command, "--resume"], cwd=root, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert [row["trial"] for row in rows(tmp_path)] == ["1", "2", "3", "4"]
    assert (tmp_path / "search" / "best" / "saved_model").is_dir()
