"""A recipe's command line: its options, the chosen model's hyperparameters beside them, and answers to errors."""

from __future__ import annotations

import dataclasses
import io
import itertools
import sys
from collections.abc import Callable
from dataclasses import field
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, TypeVar, get_args

import docstring_parser
import tyro
from tyro.constructors import ConstructorRegistry, PrimitiveConstructorSpec, PrimitiveTypeInfo

import zoo
from recipes.running import folders, strategies
from recipes.running.options import Options, command, defaults, option, own_hyperparameters
from recipes.running.stopping import Resumable, status_of, stoppable
from zoo import UsageError, quiet, registry
from zoo.words import printable

Config = TypeVar("Config", bound=Options)
Runner = TypeVar("Runner")
WORDS = ConstructorRegistry()


@WORDS.primitive_rule
def _word(option: PrimitiveTypeInfo) -> PrimitiveConstructorSpec | None:
    """Takes what is given for a word or a path as it is: the library would take "None" for nothing given."""
    kinds = set(get_args(option.type))
    if kinds not in ({str, NoneType}, {Path, NoneType}):
        return None
    kind = next(iter(kinds - {NoneType}))
    return PrimitiveConstructorSpec(
        nargs=1,
        metavar=kind.__name__.upper(),
        instance_from_str=lambda words: kind(words[0]),
        is_instance=lambda value: value is None or isinstance(value, kind),
        str_from_instance=lambda value: [str(value)],
    )


@WORDS.primitive_rule
def _words(option: PrimitiveTypeInfo) -> PrimitiveConstructorSpec | None:
    """Takes several words as they are, likewise."""
    if set(get_args(option.type)) != {tuple[str, ...], NoneType}:
        return None
    return PrimitiveConstructorSpec(
        nargs="*",
        metavar="[STR [STR ...]]",
        instance_from_str=tuple,
        is_instance=lambda value: value is None or isinstance(value, tuple),
        str_from_instance=lambda value: ["None"] if value is None else list(value),
    )


def main(recipe: str, config_class: type[Config], run: Callable[[Config], Any]) -> None:
    """Parses the command line and runs the recipe.

    Exits with status 2 and one sentence for what a person can mend, with 130 after Ctrl-C and 143 after SIGTERM.

    Args:
        recipe: The recipe's name.
        config_class: Its options.
        run: What does the work.
    """
    config = None
    take_any_script()
    try:
        with stoppable() as check:
            config = parse(config_class, sys.argv[1:], recipe)
            strategies.start(config.strategy)
            quiet.start()
            check()
            with strategies.placed(config) as config:
                run(config)
    except UsageError as error:
        _stop(2, printable(error))
    except OSError as error:
        _stop(2, unreadable(error, recipe, config))
    except KeyboardInterrupt as interrupt:
        if config:
            where = f"{str(interrupt) or 'Stopped'}. {folders.kept(recipe, config)}"
            again = f" Go on with:\n  {command(recipe, dataclasses.replace(config, resume=True))}"
        else:
            where, again = "Stopped before anything began.", ""
        _stop(status_of(interrupt), f"\n{where}{again}")


def take_any_script() -> None:
    """Has what cannot be encoded printed as Python writes it: a label in another script is no reason to stop."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def unreadable(error: OSError, recipe: str, config: Options | None) -> str:
    """Returns the sentence for what could not be read or written, what is kept of the run, and how it goes on."""
    kept = folders.kept(recipe, config) if config else folders.NOTHING
    then = "or with another --out, the same command begins afresh"
    if kept != folders.NOTHING:
        then = "the same command with --resume goes on"
    return f"{_unreadable(error)} {kept} Once that is mended, {then}."


def _unreadable(error: OSError) -> str:
    reason = f"{error.strerror}: {error.filename}" if error.strerror and error.filename else str(error)
    return f"Could not read or write ({reason})."


def parse(config_class: type[Config], arguments: list[str], recipe: str) -> Config:
    """Reads the command line: the recipe's options, and the chosen model's hyperparameters beside them.

    Raises:
        UsageError: If the model is unknown, or for other data, or options do not go together.
        SystemExit: With status 2, if an option is unknown or a value is of the wrong kind; with 0 after `--help`.
    """
    known = {option: value_of(f"--{option}", arguments) for option in config_class.DECISIVE}
    given = {option: value for option, value in known.items() if value is not None}
    name = value_of("--model", arguments) or config_class.usual(given).model
    builder = registry.outline(name)
    models = config_class.models()
    if name not in models:
        takes = " or ".join(zoo.describe(name).kinds)
        raise UsageError(f"--model {name} takes {takes}; recipes.{recipe} can use {', '.join(models)}.")
    described = {p.arg_name: p.description for p in docstring_parser.parse(builder.__doc__ or "").params}
    usual = defaults(config_class, name)
    fields = [
        (
            key,
            Annotated[p.annotation, tyro.conf.arg(name=option(config_class, name, key), help=described.get(key) or "")],
            field(default=usual[key]),
        )
        for key, p in own_hyperparameters(name).items()
    ]
    model = dataclasses.make_dataclass(name, fields, frozen=True)
    model.__doc__ = zoo.describe(name).summary

    groups = [
        ("recipe", config_class, field(default_factory=lambda: config_class(model=name))),
        (name, model, field(default_factory=model)),
    ]
    parsed: Any = tyro.cli(
        dataclasses.make_dataclass("Arguments", groups),
        args=arguments,
        prog=f"python -m recipes.{recipe}",
        description=f"{sys.modules[config_class.__module__].__doc__}\nModels: {', '.join(models)}.",
        config=(tyro.conf.OmitArgPrefixes, tyro.conf.FlagCreatePairsOff),
        registry=WORDS,
    )
    hyperparameters = dataclasses.asdict(getattr(parsed, name))
    config = dataclasses.replace(parsed.recipe, hyperparameters=hyperparameters)
    if config.strategy and not config.trains():
        raise UsageError(
            f"--strategy says where to train, and with these options recipes.{recipe} does not train. Received: "
            f"--strategy {config.strategy}. Leave it out."
        )
    return config


def main_of_runner(
    runner: str,
    options: type[Runner],
    run: Callable[[Runner, list[str]], Any],
    command: Callable[[Runner, list[str]], str],
) -> None:
    """Parses the command line of what runs recipes, and runs it; exits as `main` does.

    Args:
        runner: Its name.
        options: Its options.
        run: What does the work; is given the options, and the words that go to the recipe as they are.
        command: Returns the command line that goes on with what these begin.
    """
    again = ""
    take_any_script()
    try:
        with stoppable() as check:
            given = parse_runner(options, runner)
            again = f"\n  {command(*given)}"
            check()
            run(*given)
    except Resumable as error:
        _stop(2, f"{printable(error)} {error.HOW}{again}")
    except UsageError as error:
        _stop(2, printable(error))
    except OSError as error:
        _stop(2, f"{printable(_unreadable(error))} Once that is mended, go on with:{again}")
    except KeyboardInterrupt as interrupt:
        _stop(status_of(interrupt), f"\n{str(interrupt) or 'Stopped'}.{f' Go on with:{again}' if again else ''}")


def parse_runner(options: type[Runner], runner: str) -> tuple[Runner, list[str]]:
    """Reads the command line of what runs recipes: its own options, and the words that go to the recipe as they are.

    Raises:
        SystemExit: As `parse` does.
    """
    own, others = tyro.cli(
        options,
        args=sys.argv[1:],
        prog=f"python -m recipes.{runner}",
        description=sys.modules[options.__module__].__doc__,
        return_unknown_args=True,
        config=(tyro.conf.FlagCreatePairsOff,),
    )
    return own, list(others)


def value_of(flag: str, arguments: list[str]) -> str | None:
    """Returns what follows a flag on a command line; nothing where it is not given."""
    words = [part for word in arguments for part in (word.split("=", 1) if word.startswith(f"{flag}=") else [word])]
    return dict(itertools.pairwise(words)).get(flag)  # the last one counts


def _stop(status: int, sentence: str) -> None:
    print(sentence, file=sys.stderr)
    raise SystemExit(status)
