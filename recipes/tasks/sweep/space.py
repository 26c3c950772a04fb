"""What a search may choose from: `learning_rate=1e-4..1e-2:log`, `latent_dim=16,32,64`, `hidden_units=256,512 128`."""

from __future__ import annotations

import contextlib
import dataclasses
import difflib
import io
import math
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from recipes import running
from recipes.running import Entry, Options
from zoo import UsageError, registry

FORMS = "NAME=LOW..HIGH, NAME=LOW..HIGH:log or NAME=A,B,C"
OWN = (
    "out",
    "resume",
    "strategy",
    "model",
    "seed",
    "data_key",
    "formats",
)  # options that the search gives itself, or by which others are known


@dataclass(frozen=True)
class Range:
    """All numbers from `low` to `high`.

    Attributes:
        low: The smallest.
        high: The largest.
        log: Whether every order of magnitude is as likely.
        whole: Whether they are integers.
    """

    low: float
    high: float
    log: bool = False
    whole: bool = False

    def holds(self, value: Any) -> bool:
        """Says whether a value is among them."""
        return isinstance(value, int | float) and self.low <= value <= self.high

    def of(self, value: Any) -> Any:
        """Returns an option's value as the search knows it."""
        return value


@dataclass(frozen=True)
class Choice:
    """Some values, as words of a command line."""

    words: tuple[str, ...]

    def holds(self, value: Any) -> bool:
        """Says whether a value is among them."""
        return self._word(value) is not None

    def of(self, value: Any) -> Any:
        """Returns an option's value as the search knows it."""
        return self._word(value)

    def _word(self, value: Any) -> str | None:
        parts = value if isinstance(value, tuple | list) else [value]
        wanted = [_number(str(part).lower() if isinstance(part, bool) else str(part)) for part in parts]
        same = [word for word in self.words if list(map(_number, word.split())) == wanted]
        return same[0] if same else None


Dimension = Range | Choice


class Space:
    """What a search may choose from, of the options of a recipe and its model.

    Args:
        entry: The recipe.
        arguments: The words that all runs have.
        given: A word for each dimension.

    Raises:
        UsageError: If one of them cannot be understood, or the recipe would not take it.
    """

    def __init__(self, entry: Entry, arguments: Sequence[str], given: Sequence[str]) -> None:
        self.entry, self.arguments = entry, list(arguments)
        self.usual = running.parse(entry.options, self.arguments, entry.recipe)
        kinds = typing.get_type_hints(entry.options)
        fixed = {name: kinds[name] for name in vars(self.usual) if name not in (*OWN, "hyperparameters")}
        found = _hyperparameters(self.usual.model)
        self.hyperparameters = {running.option(self.usual, self.usual.model, key): key for key in found}
        self.kinds: dict[str, Any] = {**fixed, **{name: found[key] for name, key in self.hyperparameters.items()}}
        self.dimensions: dict[str, Dimension] = {}
        for word in given:
            name, dimension = self._read(word)
            self.dimensions[name] = dimension
        if not self.dimensions:
            raise UsageError(f"--space must say what to search in: {FORMS}.")
        self.meant = {
            name: {word: self._parsed(name, word) for word in dimension.words}
            for name, dimension in self.dimensions.items()
            if isinstance(dimension, Choice)
        }

    def config(self, chosen: Mapping[str, Any]) -> Options:
        """Returns the options with what was chosen, a value for each dimension."""
        values = {name: self.meant[name][value] if name in self.meant else value for name, value in chosen.items()}
        own = {name: value for name, value in values.items() if name not in self.hyperparameters}
        models = {self.hyperparameters[name]: value for name, value in values.items() if name not in own}
        hyperparameters = {**self.usual.hyperparameters, **models}
        return dataclasses.replace(self.usual, hyperparameters=hyperparameters, **own)

    def outside(self) -> dict[str, Any]:
        """Returns the values that options have without a search and that may not be chosen, by name."""
        known = running.named(self.usual)
        return {name: known[name] for name, dimension in self.dimensions.items() if not dimension.holds(known[name])}

    def default(self) -> dict[str, Any] | None:
        """Returns the values that the options have without a search, if all of them may be chosen."""
        if self.outside():
            return None
        known = running.named(self.usual)
        return {name: dimension.of(known[name]) for name, dimension in self.dimensions.items()}

    def _read(self, word: str) -> tuple[str, Dimension]:
        name, separator, values = word.partition("=")
        name = name.removeprefix("--").replace("-", "_")
        if not separator or not values:
            raise UsageError(f"--space takes {FORMS}. Received: {word}.")
        if name not in self.kinds:
            near = difflib.get_close_matches(name, self.kinds, 1)
            hint = f"Did you mean {near[0]}?" if near else f"Choose from {', '.join(sorted(self.kinds))}."
            whose = f"recipes.{self.entry.recipe} with --model {self.usual.model}"
            raise UsageError(f"--space names {name}, which {whose} does not search in. {hint}")
        if name in self.dimensions:
            raise UsageError(f"--space names {name} twice: give it once.")
        return name, (self._range(name, values) if ".." in values else _choice(word, values))

    def _range(self, name: str, values: str) -> Range:
        ends, _, form = values.partition(":")
        kinds = {self.kinds[name], *typing.get_args(self.kinds[name])}
        whole = int in kinds and float not in kinds
        if not kinds & {int, float}:
            raise UsageError(f"--space {name}={values} is a range, and {name} takes no number: write {name}=A,B,C.")
        numbers = [_number(end, int if whole else float) for end in ends.split("..")]
        if len(numbers) != 2 or any(isinstance(number, str) for number in numbers) or form not in ("", "log"):
            number = "integers" if whole else "numbers"
            raise UsageError(f"--space {name} takes two {number}, LOW..HIGH or LOW..HIGH:log. Received: {values}.")
        low, high = numbers
        if not low < high or (form and low <= 0):
            least = "LOW above 0 and " if form else ""
            raise UsageError(f"--space {name} must have {least}LOW below HIGH. Received: {values}.")
        return Range(low, high, form == "log", whole)

    def _words(self, name: str, value: str) -> list[str]:
        """Returns the words of a command line that give an option a value."""
        flag = f"--{name.replace('_', '-')}"
        if self.kinds[name] is bool:
            if value not in ("true", "false"):
                raise UsageError(f"--space {name} takes true and false. Received: {value}.")
            usual = running.named(self.usual)[name]
            on = value == "true"
            return [] if on == usual else [flag if on else f"--no-{flag[2:]}"]
        first, *rest = value.split()
        return [flag, first, *rest] if rest else [f"{flag}={first}"]

    def _parsed(self, name: str, value: str) -> Any:
        """Returns what the recipe makes of an option's value.

        Raises:
            UsageError: If it does not take it.
        """
        words = [*self.arguments, *self._words(name, value)]
        try:
            with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
                config = running.parse(self.entry.options, words, self.entry.recipe)
        except SystemExit:
            kinds = typing.get_args(self.kinds[name]) or (self.kinds[name],)
            takes = " or ".join(getattr(kind, "__name__", str(kind)) for kind in kinds)
            raise UsageError(f"--space {name}={value} cannot be: {name} takes {takes}.") from None
        return running.named(config)[name]


def _choice(word: str, values: str) -> Choice:
    words = tuple(" ".join(part.split()) for part in values.split(","))
    if not all(words) or len(set(words)) < len(words):
        raise UsageError(f"--space takes values that differ, with a comma between two. Received: {word}.")
    return Choice(words)


def _hyperparameters(model: str) -> dict[str, Any]:
    found = registry.hyperparameters(registry.outline(model))
    return {name: parameter.annotation for name, parameter in found.items() if name != "seed"}


def _number(word: str, kind: type = float) -> Any:
    """Returns a word as a finite number where it is one, else as it is."""
    try:
        number = kind(word)
    except ValueError:
        return word
    return number if math.isfinite(number) else word
