"""Why workers ended before they should: of all that they say, what a person has to know."""

from collections.abc import Mapping

from recipes.running.stopping import Resumable
from recipes.running.strategies import GONE
from recipes.tasks.cluster.worker import Failed, Met
from zoo import UsageError


class Gone(Resumable):
    """A worker is gone: the run can go on with the others, or with new ones."""

    HOW = "Go on, with as many workers or others, by:"


def ended(failures: Mapping[int, Exception], met: Mapping[int, Met], workers: int, cause: Exception) -> Exception:
    """Returns what to raise.

    Workers that are gone come first: it is they of whom the others say that they cannot be reached, which comes last.

    Args:
        failures: By a worker's number, what it raised, or what the engine says of one that is gone.
        met: By a worker's number, who it was.
        workers: How many there were.
        cause: What the engine says where no worker failed.
    """
    gone = [index for index, failure in failures.items() if not isinstance(failure, (UsageError, Failed))]
    if gone:
        who = " and ".join(_name(index, met.get(index), workers) for index in sorted(gone))
        return Gone(f"{who} {'is' if len(gone) == 1 else 'are'} gone. What the chief has saved is kept.")
    if failures:
        return min(failures.values(), key=lambda failure: str(failure).startswith(GONE))
    reason = " ".join(str(cause).split())
    return UsageError(f"Ray could not run the workers ({type(cause).__name__}: {reason:.500}).")


def _name(index: int, met: Met | None, workers: int) -> str:
    place = f" (process {met.process} on {met.host})" if met else ""
    return f"Worker {index + 1} of {workers}{place}"
