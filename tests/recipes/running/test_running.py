"""The command line: what it takes, what it answers to mistakes, and how a run is stopped and gone on with."""

import dataclasses
import errno
import itertools
import json
import os
import shlex
import signal
import subprocess
import sys
import types
import typing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import zoo
from recipes import mnist, running
from recipes.mnist import Config
from recipes.running import Entry
from recipes.tasks.sweep.space import Space
from zoo import registry

PECULIAR = ("model", "hyperparameters")
# Among them words that mean something to who parses.
WORDS = st.text("abz 019_./'\"$=-", min_size=1) | st.sampled_from(["None", "True", "-5", "--model", "--x"])
VALUES = {
    int: st.integers(-(10**6), 10**6),
    float: st.floats(allow_nan=False),
    bool: st.booleans(),
    str: WORDS,
    Path: WORDS.map(Path),
    type(None): st.none(),
}


def is_option(word):
    return isinstance(word, str) and word.startswith("-")


def values(annotation):
    """What an option or a hyperparameter of this annotation may hold, in range or not."""
    kind, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if kind is typing.Literal:
        return st.sampled_from(arguments)
    if kind is tuple:
        # No command line can give what looks like an option as the second of several words.
        return st.lists(values(arguments[0]), max_size=3).map(tuple).filter(lambda v: not any(map(is_option, v[1:])))
    if kind in (types.UnionType, typing.Union):
        return st.one_of(*map(values, arguments))
    return VALUES[annotation]


# Imported here, since importing them within a strategy would use the module random.
BUILDERS = {name: registry.find(name) for name in zoo.list_models(data="pixels")}


@st.composite
def configs(draw):
    name = draw(st.sampled_from(sorted(BUILDERS)))
    parameters = registry.hyperparameters(BUILDERS[name])
    hyperparameters = {key: draw(st.just(p.default) | values(p.annotation)) for key, p in parameters.items()}
    hyperparameters.pop("seed", None)
    kinds, names = typing.get_type_hints(Config), [field.name for field in dataclasses.fields(Config)]
    options = {key: draw(values(kinds[key])) for key in names if key not in PECULIAR}
    return Config(model=name, hyperparameters=hyperparameters, **options)


def parse(command):
    words = shlex.split(command)
    assert words[:3] == ["python", "-m", "recipes.mnist"]
    return running.parse(Config, words[3:], "mnist")


@settings(deadline=None)
@given(config=configs())
def test_the_command_of_a_config_parses_to_that_config(config):
    assert parse(running.command("mnist", config)) == config


@pytest.mark.parametrize("model", zoo.list_models(data="pixels"))
def test_the_command_of_defaults_names_the_model_alone(model):
    config = running.parse(Config, ["--model", model], "mnist")
    assert running.command("mnist", config) == f"python -m recipes.mnist --model {model}"
    assert config.hyperparameters.keys() == registry.hyperparameters(registry.find(model)).keys() - {"seed"}


@pytest.mark.parametrize("words", [["--model", "sparse", "--model=vanilla"], ["--model=sparse", "--model", "vanilla"]])
def test_the_last_model_named_counts(words):
    assert running.parse(Config, words, "mnist") == running.parse(Config, ["--model", "vanilla"], "mnist")


def test_no_words_give_the_defaults():
    assert running.parse(Config, [], "mnist") == running.parse(Config, ["--model", Config().model], "mnist")


def test_a_switch_that_is_on_by_default_is_turned_off_and_back(monkeypatch):
    def switched(input_shape, *, tied: bool = True, whitened: bool = False):
        """A model with switches."""

    monkeypatch.setitem(registry._builders, "switched", switched)
    monkeypatch.setitem(registry._taken, "switched", registry.DENSE)
    for switches in ({"tied": False, "whitened": True}, {"tied": True, "whitened": False}):
        config = Config(model="switched", hyperparameters=switches)
        assert parse(running.command("mnist", config)) == config


def test_a_hyperparameter_that_is_called_like_an_option_has_the_models_name_before_it(monkeypatch, capsys):
    def patched(input_shape, *, batch_size: int = 4, epochs: int = 3):
        """A model that counts for itself."""

    monkeypatch.setitem(registry._builders, "patched", patched)
    monkeypatch.setitem(registry._taken, "patched", registry.DENSE)
    config = Config(model="patched", batch_size=32, hyperparameters={"batch_size": 5, "epochs": 3})
    assert running.command("mnist", config).endswith("--batch-size 32 --patched-batch-size 5")
    assert parse(running.command("mnist", config)) == config
    fitting = running.fitting(config)
    assert (fitting["batch_size"], fitting["identity"]["patched_batch_size"]) == (32, 5)
    with pytest.raises(SystemExit, match="0"):
        running.parse(Config, ["--model", "patched", "--help"], "mnist")
    assert "--patched-epochs" in capsys.readouterr().out
    space = Space(Entry("mnist", Config, print), ["--model", "patched"], ["patched_epochs=2..9", "epochs=2,7"])
    found = space.config({"patched_epochs": 6, "epochs": "7"})
    assert (found.epochs, found.hyperparameters) == (7, {"batch_size": 4, "epochs": 6})


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--model", "spase"], ["Unknown model: 'spase'", "Did you mean 'sparse'?"]),
        (["--model=spase"], ["Unknown model: 'spase'", "Did you mean 'sparse'?"]),
        (["--latentdim", "3"], ["--latentdim", "--latent-dim"]),
        (["--model", "vanilla", "--penalty", "kl"], ["--penalty"]),
        (["--epochs", "many"], ["--epochs", "many"]),
        (["--rate", "low"], ["--rate", "low"]),
        (["--penalty", "l2"], ["--penalty", "l1", "kl"]),
        (["--model"], ["--model"]),
    ],
)
def test_what_cannot_be_parsed_exits_with_2_and_names_it(words, told, recipe):
    status, error = recipe(*words)
    assert status == 2
    assert all(part in error for part in told)
    assert "Traceback" not in error


def test_help_lists_options_hyperparameters_and_models(recipe, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr("sys.argv", ["recipes.mnist", "--model", "k_sparse", "--help"])
    with pytest.raises(SystemExit, match="0"):
        running.main(mnist.RECIPE, Config, mnist.run)
    shown = capsys.readouterr().out
    for part in (
        "--epochs",
        "--data",
        "--anneal-steps",
        "Training steps over which k falls",
        *zoo.list_models(data="pixels"),
    ):
        assert part in shown


def assert_refused(answer, *told):
    status, error = answer
    assert status == 2
    assert error.count("\n") == 1
    assert all(part in error for part in told), error


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--epochs", 0], "--epochs must be at least 1. Received: 0"),
        (["--batch-size", 0], "--batch-size must be at least 1"),
        (["--patience", -1], "--patience must be at least 1"),
        (["--seed", -1], "--seed must be at least 0"),
        (["--seed", 2**32], "seed must be an integer from 0 to 4294967295. Received: seed=4294967296"),
        (["--rate", -1], "rate must be a number of at least 0. Received: rate=-1.0"),
        (["--latent-dim", 0], "latent_dim must be an integer of at least 1"),
        (["--hidden-units", 8, 0], "hidden_units must be"),
        (["--learning-rate", "nan"], "learning_rate must be"),
        (["--activation", "rleu"], "Did you mean 'relu'?"),
        (["--model", "k_sparse", "--latent-dim", 10, "--k", 11], "k must be at most the code's width, 10"),
    ],
)
def test_a_bad_value_is_told_in_a_sentence(words, told, recipe, idx_folder, tmp_path):
    assert_refused(recipe("--data", idx_folder, "--out", tmp_path / "out", *words), told)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("model", ["autorec", "ease", "mult_vae", "restorer"])
def test_a_model_of_other_data_is_told_with_those_that_can_be_used(model, recipe):
    takes = " or ".join(zoo.describe(model).kinds)
    usable = ", ".join(zoo.list_models(data="pixels"))
    status, error = recipe("--model", model)
    assert (status, error) == (2, f"--model {model} takes {takes}; recipes.mnist can use {usable}.\n")


def test_data_that_are_not_there_are_told_in_a_sentence(recipe, tmp_path):
    assert_refused(recipe("--data", tmp_path / "nowhere", "--out", tmp_path / "out"), "nowhere is not there")


def test_an_output_that_cannot_be_written_is_told_before_training(recipe, tmp_path, idx_folder, monkeypatch):
    monkeypatch.setattr("recipes.data.sources.load", None)  # not even data are loaded
    (tmp_path / "file").write_text("mine")
    for out in (tmp_path / "file" / "out", Path("/proc/nowhere/out")):
        assert_refused(recipe("--data", idx_folder, "--out", out), f"{out} cannot be written", "--out")


def test_a_folder_that_is_no_export_is_left_alone(recipe, tmp_path, idx_folder):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.txt").write_text("years of work")
    for out in (tmp_path / "mine", tmp_path / "mine/thesis.txt"):
        assert_refused(recipe("--data", idx_folder, "--out", out), f"{out} is there and is no export")
    assert (tmp_path / "mine/thesis.txt").read_text() == "years of work"
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_what_a_killed_run_left_half_written_is_removed(recipe, tmp_path, idx_folder):
    left = [
        tmp_path / ".out.abcd_123" / "out",
        tmp_path / "out.training" / ".checkpoint.npz.zyx98765" / "checkpoint.npz",
    ]
    for half in left:
        half.mkdir(parents=True)
    words = ["--data", idx_folder, "--out", tmp_path / "out", "--latent-dim", 0]  # stops before it trains
    assert_refused(recipe(*words), "latent_dim must be")
    assert not [half for half in left if half.parent.exists()]


def test_the_folder_one_stands_in_is_left_alone(recipe, tmp_path, idx_folder, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert_refused(recipe("--data", idx_folder, "--out", "."), "it is left alone")


def test_an_unfinished_run_is_gone_on_with_only_when_asked(recipe, tmp_path, idx_folder):
    folder = tmp_path / "out.training"
    folder.mkdir()
    (folder / "checkpoint.npz").write_bytes(b"hours of work")
    answer = recipe("--data", idx_folder, "--out", tmp_path / "out")
    assert_refused(answer, f"An unfinished run lies in {folder}", "--resume", "delete")
    assert (folder / "checkpoint.npz").read_bytes() == b"hours of work"


@pytest.mark.parametrize(
    ("changed", "told"), [({"batch_size": 9}, "batch_size"), ({"hyperparameters": {"rate": 1.0}}, "rate")]
)
def test_each_option_and_hyperparameter_is_part_of_a_runs_identity(changed, told):
    config = Config(hyperparameters={"rate": 0.5, "hidden_units": (8,)})
    before = running.fitting(config)["identity"]
    after = running.fitting(dataclasses.replace(config, **changed))["identity"]
    assert told in {key for key in before if before[key] != after.get(key)}


def test_where_to_and_how_long_may_change_when_a_run_goes_on():
    before = Config(epochs=1)
    after = Config(epochs=9, out=Path("elsewhere"), resume=True)
    assert running.fitting(before)["identity"] == running.fitting(after)["identity"]


def test_a_cosine_fixes_how_long_a_run_is():
    before = Config(schedule="cosine", epochs=1)
    after = Config(schedule="cosine", epochs=9)
    assert running.fitting(before)["identity"] != running.fitting(after)["identity"]


def test_an_export_goes_to_exported_unless_told_otherwise():
    assert Config(model="vanilla").folder("mnist") == Path("exported/mnist-vanilla")
    assert Config(out=Path("elsewhere")).folder("mnist") == Path("elsewhere")


def answer(monkeypatch, capsys, error, *words):
    """How `main` answers an error of `run`."""

    def run(config):
        raise error

    monkeypatch.setattr("sys.argv", ["recipes.mnist", *words])
    with pytest.raises(SystemExit) as stop:
        running.main("mnist", Config, run)
    return stop.value.code, capsys.readouterr().err


def test_a_system_error_names_the_file_and_what_to_do(monkeypatch, capsys):
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "some/file")
    told = (
        "No space left on device: some/file). Nothing of this run is kept. Once that is mended, or with another --out"
    )
    assert_refused(answer(monkeypatch, capsys, full), told)


def test_any_other_error_is_not_hidden(monkeypatch):
    def run(config):
        raise RuntimeError("a bug")

    monkeypatch.setattr("sys.argv", ["recipes.mnist"])
    with pytest.raises(RuntimeError, match="a bug"):
        running.main("mnist", Config, run)


def test_ctrl_c_outside_training_says_how_to_go_on(monkeypatch, capsys):
    status, error = answer(monkeypatch, capsys, KeyboardInterrupt(), "--model", "vanilla", "--epochs", "7")
    assert status == 130
    told = "\nStopped. Nothing of this run is kept. Go on with:\n"
    assert error == f"{told}  python -m recipes.mnist --model vanilla --epochs 7 --resume\n"


def stopped(root, words, number):
    """Runs the recipe, sends it a signal in its third epoch, and returns the status and what went to stderr."""
    command = [sys.executable, "-u", "-m", "recipes.mnist", *map(str, words)]
    process = subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    epochs = (line for line in process.stdout if line.startswith("Epoch "))
    next(itertools.islice(epochs, 2, None))
    process.send_signal(number)
    _, error = process.communicate(timeout=60)
    return process.returncode, error


def test_a_signal_stops_in_a_sentence_and_the_command_it_gives_goes_on(recipe, tmp_path, idx_folder, root):
    out, before = tmp_path / "my out", 0
    words = ["--model", "vanilla", "--latent-dim", "4", "--epochs", "60", "--patience", "60", "--out", out]
    words += ["--data", idx_folder]
    for number, expected in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        status, error = stopped(root, words, number)
        assert status == expected
        empty, told, command = error.splitlines()
        assert not empty
        epoch, kept = (int(word) for word in told.split() if word.isdigit() and word != "60")
        assert told == f"Stopped in epoch {epoch} of 60. Kept in {out}.training: {kept} epochs of training. Go on with:"
        assert before + 2 <= kept == epoch - 1 < 60
        assert not out.exists()
        words, before = shlex.split(command), kept
        assert words[:3] == ["python", "-m", "recipes.mnist"]
        words = words[3:]
    assert recipe(*words) == (0, "")
    assert json.loads((out / "metrics.json").read_text())["train"]["epochs"] == 60


QUICK = "vq_vae"  # convolutions and a codebook are in it; the others take two minutes together
OTHERS = (pytest.param(name, marks=pytest.mark.slow) for name in zoo.list_models(data="pixels") if name != QUICK)


@pytest.mark.parametrize("model", [QUICK, *OTHERS])
def test_bfloat16_trains_and_what_it_leaves_is_float32(model, idx_folder, recipe, exported, tmp_path):
    import keras

    numbers, _ = exported(model)  # of these options, in float32
    words = ["--model", model, "--data", idx_folder, "--epochs", 2, "--batch-size", 32, "--out", tmp_path / "out"]
    assert recipe(*words, "--precision", "mixed_bfloat16") == (0, "")
    assert keras.config.dtype_policy().name == "float32"
    made = zoo.load(tmp_path / "out")
    assert {layer.compute_dtype for layer in (*made.encoder.layers, *made.decoder.layers)} == {"float32"}
    assert made.model.compiled
    mixed = json.loads((tmp_path / "out" / "metrics.json").read_text())["test"]["mse"]
    assert mixed == pytest.approx(numbers["mse"], rel=0.05)
