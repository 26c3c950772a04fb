"""Checks of arguments, in one wording: what was expected, what arrived, what to type instead."""

import contextlib
import difflib
import numbers
from collections.abc import Iterable, Iterator
from typing import Any

# What float32 holds in full, of numbers above 0.
TINY, HUGE = 2.0**-126, 2.0**128 * (1 - 2**-24)
MOST = 1e12  # of which a square, and a sum of many, is still finite
LARGEST_SEED = 2**32 - 1  # NumPy's
LAYERS = 100  # in a row, at most: none of the zoo's learns with more, and building them takes minutes
SHOWN = 200  # characters of a value in a message


class UsageError(ValueError):
    """An argument, a file or a folder is not what was asked for; the message is one sentence for a person."""


def check(holds: bool, name: str, expected: str, value: Any, hint: str = "") -> None:
    """Raises `UsageError` unless `holds`.

    Raises:
        UsageError: "`name` must be `expected`. Received: name=value. `hint`".
    """
    if not holds:
        message = f"{name} must be {expected}. Received: {name}={shown(value)}."
        raise UsageError(f"{message} {hint}" if hint else message)


def shape(input_shape: Any) -> tuple[int, ...]:
    """Checks the shape of one sample and returns it as a tuple of integers."""
    expected = "a tuple of positive integers, the shape of one sample without the batch"
    hint = "Write (784,) for vectors, (28, 28) for images."
    check(isinstance(input_shape, (tuple, list)), "input_shape", expected, input_shape, hint)
    holds = len(input_shape) > 0 and all(is_integer(size) and size > 0 for size in input_shape)
    check(holds, "input_shape", expected, input_shape, hint)
    return tuple(int(size) for size in input_shape)


def columns(input_shape: Any) -> int:
    """Checks the shape of one row of a table and returns how many columns it has."""
    found = shape(input_shape)
    check(len(found) == 1, "input_shape", "a tuple of one number, that of the columns", input_shape)
    return found[0]


def integer(name: str, value: Any, least: int, most: int | None = None) -> None:
    """Checks for an integer of at least `least`, and at most `most` if given."""
    check(is_integer(value) and value >= least, name, f"an integer of at least {least}", value)
    check(most is None or value <= most, name, f"at most {most}", value)


def seed(value: Any) -> int:
    """Checks a seed and returns it as an integer, as all that draw numbers take it."""
    expected = f"an integer from 0 to {LARGEST_SEED}"
    check(is_integer(value) and 0 <= value <= LARGEST_SEED, "seed", expected, value)
    return int(value)


def positive_integer(name: str, value: Any, most: int | None = None) -> None:
    """Checks for an integer of at least 1, and at most `most` if given."""
    integer(name, value, 1, most)


def depth(name: str, value: Any, least: int = 0) -> None:
    """Checks for a number of layers in a row."""
    integer(name, value, least, LAYERS)


def widths(name: str, value: Any) -> None:
    """Checks for the widths of a stack of layers: a tuple, perhaps empty, of positive integers."""
    holds = isinstance(value, (tuple, list)) and all(is_integer(v) and v >= 1 for v in value)
    check(holds, name, "a tuple of positive integers", value, "Write (512,) for one layer of 512.")


def number(name: str, value: Any) -> None:
    """Checks for a number that is finite in float32."""
    check(_is_number(value), name, f"a number of at most {HUGE:.2g} in magnitude", value)


def flag(name: str, value: Any) -> None:
    """Checks for True or False."""
    check(isinstance(value, bool), name, "True or False", value)


def positive(name: str, value: Any, most: float = MOST) -> None:
    """Checks for a number above 0, and at most `most`."""
    check(_is_number(value) and value > 0, name, "a number above 0", value)
    check(value >= TINY, name, f"at least {TINY:.2g}, since less is 0 in float32", value)
    check(value <= most, name, f"at most {most:g}", value)


def not_negative(name: str, value: Any, most: float = MOST) -> None:
    """Checks for a number of at least 0, and at most `most`."""
    check(_is_number(value) and value >= 0, name, "a number of at least 0", value)
    check(value <= most, name, f"at most {most:g}", value)


def step_size(name: str, value: Any) -> None:
    """Checks for a learning rate: a longer step throws a network to where nothing is finite."""
    positive(name, value, 10)


def fraction(name: str, value: Any) -> None:
    """Checks for a number above 0 and below 1."""
    check(_is_number(value) and 0 < value < 1, name, "a number above 0 and below 1", value)


def share(name: str, value: Any) -> None:
    """Checks for a number of at least 0 and below 1."""
    check(_is_number(value) and 0 <= value < 1, name, "a number of at least 0 and below 1", value)


def choice(name: str, value: Any, options: Iterable[str]) -> None:
    """Checks for one of some words, and names the nearest."""
    options = list(options)
    listed = "one of " + ", ".join(repr(option) for option in options)
    known = any(type(value) is type(option) and value == option for option in options)
    check(known, name, listed, value, did_you_mean(value, options) if isinstance(value, str) else "")


def said(error: Exception) -> str:
    """Returns the first line of what an error of others says, without its end; the error's name if it says nothing."""
    return str(error).strip().partition("\n")[0].rstrip(".:") or type(error).__name__


@contextlib.contextmanager
def guarded(file: Any, fault: str, advice: str = "fetch it again") -> Iterator[None]:
    """Guards a reader of others: whatever a damaged or hostile file makes it raise becomes one sentence of one line.

    Args:
        file: What is read, as the sentence calls it.
        fault: What is wrong with it.
        advice: What to do.

    Raises:
        UsageError: If the block raises any exception.
    """
    try:
        yield
    except UsageError:
        raise
    except Exception as error:  # readers raise anything: a list of it is never whole
        raise UsageError(f"{file} {fault} ({said(error):.300}): {advice}.") from None


def did_you_mean(word: Any, options: Iterable[str]) -> str:
    """Returns "Did you mean 'nearest'?", or nothing where no option is near."""
    nearest = difflib.get_close_matches(str(word)[:SHOWN], list(options), n=1)
    return f"Did you mean {nearest[0]!r}?" if nearest else ""


def is_integer(value: Any) -> bool:
    """Says whether a value is an integer, which True and False are not."""
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    is_real = isinstance(value, numbers.Real) and not isinstance(value, bool)
    return is_real and abs(value) <= HUGE


def shown(value: Any) -> str:
    """Returns a value as it is typed, in one line that is not long."""
    try:
        words = " ".join(repr(value).split())
    except ValueError:  # an integer of more digits than Python writes
        words = f"{'-' if value < 0 else ''}{SHOWN * '9'}"
    return words if len(words) <= SHOWN else f"{words[:SHOWN]}..."
