"""How a recipe starts, and how it is stopped before it trains."""

import contextlib
import json
import signal
import sys
import time

import pytest

from recipes import mnist, running
from recipes.running import entries, stopping
from zoo import quiet

# By recipe, other models than its own are asked of too.
WORDS = [
    ("mnist", "wae"),
    ("features", "sparse"),
    ("movielens", "mult_vae"),
    ("images", "restorer"),
    ("compress", "factorized"),
    ("reduce", "vanilla"),
    ("anomaly", "masked"),
    ("generate", "vae"),
    ("topics", "denoising"),
    ("text", "sequence"),
]
RUNNERS = {
    "cluster": "on a Ray cluster",
    "sweep": "better options",
}  # of recipes, and a word of what each says of itself
HELP = """
import json, runpy, sys, time
recipe, model = sys.argv[1:]
sys.argv = [recipe, "--model", model, "--help"]
try:
    runpy.run_module(f"recipes.{recipe}", run_name="__main__", alter_sys=True)
except SystemExit as stop:
    heavy = {"tensorflow", "keras", "sklearn", "scipy", "pandas", "matplotlib"} & sys.modules.keys()
    print(json.dumps({"status": stop.code, "heavy": list(heavy), "seconds": time.process_time()}))
"""


def test_each_recipe_is_asked(root):
    there = {p.stem for p in (root / "recipes").glob("[!_]*.py")}
    assert {recipe for recipe, _ in WORDS} == there - set(RUNNERS) == set(entries.names())


@pytest.mark.parametrize(("recipe", "model"), WORDS)
def test_help_is_quick_and_imports_nothing_heavy(recipe, model, fresh_python):
    runs = []
    for _ in range(3):
        shown = fresh_python("-c", HELP, recipe, model).stdout
        runs.append(json.loads(shown.splitlines()[-1]))
        assert (runs[-1]["status"], runs[-1]["heavy"]) == (0, [])
        assert "--learning-rate" in shown or "--l2" in shown
        if runs[-1]["seconds"] < 1.5:
            return
    pytest.fail(f"{min(run['seconds'] for run in runs):.1f} s of the processor")  # the best of three: it may be busy


def test_the_list_of_recipes_has_a_line_each(fresh_python):
    lines = fresh_python("-m", "recipes").stdout.splitlines()
    assert [line.split()[2] for line in lines] == sorted(f"recipes.{name}" for name in [*dict(WORDS), *RUNNERS])
    assert all(any(words in line for line in lines) for words in RUNNERS.values())
    assert "handwritten digits" in next(line for line in lines if ".mnist " in line)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_while_the_recipe_is_imported_is_answered_in_a_sentence(number, status, fresh_python):
    code = f"import sys; sys.argv[0] = '-m'; import recipes, signal; signal.raise_signal({int(number)})"
    run = fresh_python("-c", code)
    assert (run.returncode, run.stderr) == (status, "\nStopped before anything began.\n")


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("swallowed", [True, False])
def test_a_signal_while_tensorflow_is_imported_counts_whatever_the_import_makes_of_it(
    number, status, swallowed, monkeypatch, capsys
):
    def importing():
        try:
            signal.raise_signal(number)
        except KeyboardInterrupt:
            if not swallowed:
                raise ImportError("numpy._core.multiarray failed to import") from None

    before = [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)]
    monkeypatch.setattr(quiet, "start", importing)
    monkeypatch.setattr("sys.argv", ["recipes.mnist", "--model", "vanilla"])
    with pytest.raises(SystemExit) as stop:
        running.main("mnist", mnist.Config, lambda config: sys.exit("ran"))
    assert stop.value.code == status
    assert capsys.readouterr().err.endswith("Go on with:\n  python -m recipes.mnist --model vanilla --resume\n")
    assert [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)] == before


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there is no alarm")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stop_that_something_swallows_is_raised_again(number, status, monkeypatch, capsys):
    def run(config):
        for _ in range(3):
            with contextlib.suppress(KeyboardInterrupt):
                signal.raise_signal(number) if not swallowed else time.sleep(30)
            swallowed.append(1)
        time.sleep(30)

    swallowed = []
    monkeypatch.setattr(quiet, "start", lambda: None)
    monkeypatch.setattr(stopping, "AGAIN", 0.05)
    monkeypatch.setattr("sys.argv", ["recipes.mnist", "--model", "vanilla"])
    with pytest.raises(SystemExit) as stop:
        running.main("mnist", mnist.Config, run)
    assert (stop.value.code, len(swallowed)) == (status, 3)
    assert "Stopped. Nothing of this run is kept. Go on with:" in capsys.readouterr().err
    time.sleep(0.1)  # and no more
    assert signal.getsignal(signal.SIGALRM) == signal.SIG_DFL


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there is no alarm")
def test_what_takes_faults_for_its_own_first_hears_of_a_stop_that_became_one(monkeypatch):
    def swallow():
        with stopping.stoppable():
            stopping.settle()  # of no stop yet
            with contextlib.suppress(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
            stopping.settle()
            return "went on"

    monkeypatch.setattr(stopping, "AGAIN", 0.05)
    with pytest.raises(KeyboardInterrupt):
        swallow()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_after_the_end_changes_nothing(number, fresh_python):
    code = f"""
import sys; sys.argv[0] = "-m"
import recipes, signal
sys.argv = ["recipes.mnist"]
from recipes import mnist, running
from zoo import quiet
quiet.start = lambda: None
running.main("mnist", mnist.Config, lambda config: print("done"))
signal.raise_signal({int(number)})
"""
    run = fresh_python("-c", code)
    assert (run.returncode, run.stdout, run.stderr) == (0, "done\n", "")
