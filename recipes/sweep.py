"""Search for better options of any recipe, on validation data alone; go on after a stop; print the best one's command.

    python -m recipes.sweep mnist --space learning_rate=1e-4..1e-2:log latent_dim=16,32,64 --trials 30
    python -m recipes.sweep movielens --space l2=10..100:log --trials 20 --model autorec --data data/ml-100k
    python -m recipes.sweep mnist --space latent_dim=16,32,64 --trials 30 --resume    # after Ctrl-C or a kill

Each trial is a run of the recipe with its own splits; what is not an option of the search goes to the recipe. The first
trial has the options that one has without a search, where the space holds them. Trials go by the recipe's own measure
on validation data, or by --metric; what they get on test data is not looked at.
"""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import json
import shlex
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import tyro

from recipes import running
from recipes.running import command_line, entries, stopping
from zoo import UsageError, checks, files, quiet
from zoo.words import printable

if TYPE_CHECKING:
    from recipes.tasks.sweep.space import Space
    from recipes.tasks.sweep.study import Study

SHOWN = 10  # rows of the table that is printed
TABLE, FIGURE, BEST = "trials.csv", "trials.png", "best"
DEATHS = 3  # of a process in one trial, without a step further, until the trial counts as failed


@dataclass(frozen=True)
class Search:
    """A search's options; all others are the recipe's."""

    recipe: tyro.conf.Positional[str]
    """The recipe's name, such as mnist."""
    space: tuple[str, ...]
    """What to choose from, of the recipe's options and the model's: NAME=LOW..HIGH, NAME=LOW..HIGH:log for every order
    of magnitude alike, NAME=A,B,C; of an option of several words NAME="256,512 128". None among them stands for an
    option that is not given, where it then follows from the data."""
    trials: int = 30
    """How many runs, in all."""
    metric: str | None = None
    """The validation measure to go by, with --goal; the recipe's own if not given."""
    goal: Literal["min", "max"] | None = None
    """Whether the measure should be low (min) or high (max)."""
    out: Path | None = None
    """The folder to keep the search in; exported/sweep-RECIPE-MODEL if not given. In it lie the table and the picture
    of the trials, and the best one's export."""
    resume: bool = False
    """Go on with a search, to as many trials as are asked for now."""


def run(search: Search, arguments: list[str]) -> dict[str, Any]:
    """Searches; prints a line a trial, a table and the best one's command.

    Args:
        search: The search's options.
        arguments: The recipe's, as words of a command line.

    Returns:
        The best trial's options by name, and under "value" what it was measured at.

    Raises:
        UsageError: If an option or the space is not what it should be, or the first trials fail.
    """
    entry = entries.find(search.recipe, arguments)
    checks.positive_integer("trials", search.trials)
    if (search.metric is None) != (search.goal is None):
        raise UsageError("--metric and --goal belong together: give both, such as --metric mse --goal min.")
    aims = {search.metric: search.goal} if search.metric and search.goal else dict(entry.options.AIMS)
    if not aims:
        raise UsageError(f"recipes.{search.recipe} has no measure of its own to go by: give --metric and --goal.")
    from recipes.tasks.sweep.space import Space

    space = Space(entry, arguments, search.space)
    if not space.usual.trains():
        raise UsageError(f"A search needs runs that train, and with these options recipes.{search.recipe} does not.")
    if space.usual.strategy == "multi_worker":
        raise UsageError("A search runs on one machine: leave --strategy multi_worker out.")
    checks.seed(space.usual.seed)
    out = search.out or running.EXPORTED / f"sweep-{search.recipe}-{space.usual.model}"
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is there and is no folder: choose another --out.")
    out.parent.mkdir(parents=True, exist_ok=True)
    with running.owned(files.followed(out), command(search, arguments)):
        return _searched(search, space, aims, out)


def command(search: Search, arguments: list[str]) -> str:
    """Returns the command line that goes on with a search."""
    own = [search.recipe, "--space", *search.space, "--trials", str(search.trials)]
    given = [("--metric", search.metric), ("--goal", search.goal), ("--out", search.out)]
    own += [word for flag, value in given if value is not None for word in (flag, str(value))]
    return shlex.join(["python", "-m", "recipes.sweep", *own, *arguments, "--resume"])


def _searched(search: Search, space: Space, aims: Mapping[str, str], out: Path) -> dict[str, Any]:
    try:
        from recipes.tasks.sweep.study import JOURNAL, Study
    except ImportError as error:
        raise UsageError(f"A search needs Optuna ({error}): pip install '.[sweep]'.") from None
    if (out / JOURNAL).exists() != search.resume:
        there = f"A search lies in {out}: add --resume to go on, or choose another --out."
        raise UsageError(f"There is no search in {out}: leave --resume out." if search.resume else there)
    out.mkdir(parents=True, exist_ok=True)
    trials = out / "trials"
    study = Study(out, space, aims, space.usual.seed)
    if outside := space.outside():
        usual = " ".join(f"{name}={_short(value)}" for name, value in outside.items())
        print(f"Without a search one has {printable(usual)}, which --space does not hold: no trial measures that.")

    def measure(config: running.Options, number: int) -> Mapping[str, float]:
        place = trials / str(number + 1)
        place.parent.mkdir(exist_ok=True)
        config = dataclasses.replace(config, out=place, resume=True)
        log = trials / f"{number + 1}.log"
        with _failing(log), _surviving(place), _quietly(log):
            if (count := len(config.folders(search.recipe))) != 1:
                raise UsageError(f"A trial is a run with one export. Received: options that make {count}.")
            space.entry.run(config)
        return json.loads((place / "metrics.json").read_text("utf-8"))["validation"]

    def keep(number: int, best: bool) -> None:
        if best:
            files.remove(out / BEST)
            (trials / str(number + 1)).rename(out / BEST)
        for left in (trials / str(number + 1), trials / f"{number + 1}.training"):
            files.remove(left)

    def tell(study: Study, trial: Any) -> None:
        chosen = " ".join(f"{name}={_short(value)}" for name, value in trial.params.items())
        row = study.rows()[-1]
        found = f"failed: {row['failed']}" if row["failed"] else f"{study.metric} {_short(study.value(trial))}"
        best = f" (best: {_short(study.value(study.best))}, trial {study.best.number + 1})" if study.best else ""
        print(f"Trial {trial.number + 1} of {search.trials}: {printable(chosen)}: {printable(found)}{best}", flush=True)
        _write_table(study.rows(), out / TABLE)

    try:
        study.run(search.trials, measure, keep, tell)
    except UsageError:
        if study.best is None:  # nothing to go on with
            files.remove(out / JOURNAL)
        raise
    return _shown(study, space, search, out)


def _shown(study: Study, space: Space, search: Search, out: Path) -> dict[str, Any]:
    """Draws the trials, prints the best ones and the best one's command."""
    from recipes.figures import trials as drawing

    best = study.best
    if best is None:
        raise UsageError(f"All trials failed: {out / TABLE} says why.")
    good = [row for row in study.rows() if not row["failed"]]
    measure = study.metric or "value"
    values = [row[measure] for row in good]
    chosen = {name: [row[name] for row in good] for name in space.dimensions}
    logs = [name for name, dimension in space.dimensions.items() if getattr(dimension, "log", False)]
    title = f"{search.recipe}, {space.usual.model}: {len(good)} trials"
    drawing.draw(values, chosen, f"{measure} on validation", study.goal, title, logs).savefig(out / FIGURE)
    good.sort(key=lambda row: row[measure] if study.goal == "min" else -row[measure])
    columns = ["trial", measure, *space.dimensions]
    lines = [columns, *([_short(row[column]) for column in columns] for row in good[:SHOWN])]
    widths = [max(len(line[i]) for line in lines) for i in range(len(columns))]
    for line in lines:
        print("  ".join(printable(word).rjust(width) for word, width in zip(line, widths, strict=True)))
    again = dataclasses.replace(space.config(best.params), out=None, resume=False)
    if usual := study.usual:
        found = f"Best: {measure} {_short(study.value(best))}, trial {best.number + 1}"
        print(f"\n{found}; without a search {_short(study.value(usual))}, trial {usual.number + 1}.")
    print(
        f"\nAll trials: {out / TABLE}, {out / FIGURE}. The best one's export: {out / BEST}/. Its command:\n"
        f"  {running.command(search.recipe, again)}"
    )
    return {**best.params, "value": study.value(best)}


@contextlib.contextmanager
def _failing(log: Path) -> Iterator[None]:
    """Makes a sentence of what ends a trial; of a fault of the recipe's, the log has all.

    Raises:
        Failed: If the trial cannot be measured, and others may be.
        OSError: If a disk is full or gone, which all trials need.
    """
    import tensorflow as tf

    from recipes.tasks.sweep.study import Failed

    try:
        yield
    except UsageError as error:
        raise Failed(str(error)) from None
    except OSError:
        raise
    except (MemoryError, tf.errors.ResourceExhaustedError):
        stopping.settle()
        raise Failed("It needs more memory than there is.") from None
    except Exception as error:
        stopping.settle()
        with log.open("a", encoding="utf-8") as opened:
            traceback.print_exc(file=opened)
        raise Failed(f"{type(error).__name__}: {checks.said(error)}; {log} says where.") from None


@contextlib.contextmanager
def _surviving(place: Path) -> Iterator[None]:
    """Lets no trial take the process with it forever, as one does that needs more memory than the machine has.

    Raises:
        UsageError: If the process has died several times where the trial stands now.
    """
    from recipes import training

    died, now = place.with_name(f"{place.name}.begun"), training.kept(place.with_name(f"{place.name}.training"))
    before = died.read_text("utf-8").splitlines() if died.exists() else []
    died.write_text("\n".join([*before, now or "nothing"]), "utf-8")
    try:
        if before.count(now or "nothing") >= DEATHS:
            raise UsageError(f"Its process died {DEATHS} times at the same place, as it does where memory is full.")
        yield
    finally:
        died.unlink()  # it lives


@contextlib.contextmanager
def _quietly(log: Path) -> Iterator[None]:
    """Lets a run speak into a file; what one process builds again and again is no fault, and is forgotten."""
    import keras

    keras.backend.clear_session()
    with log.open("a", encoding="utf-8") as opened, contextlib.redirect_stdout(opened):
        yield


def _write_table(rows: list[dict[str, Any]], file: Path) -> None:
    with files.replacing(file) as aside, aside.open("w", newline="", encoding="utf-8") as opened:
        table = csv.DictWriter(opened, list(rows[0]))
        table.writeheader()
        table.writerows(rows)


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def main() -> None:
    """Parses the command line and searches."""
    command_line.main_of_runner("sweep", Search, _begun, command)


def _begun(search: Search, arguments: list[str]) -> None:
    quiet.start()
    run(search, arguments)


if __name__ == "__main__":
    main()
