"""Runs a recipe that says on a pipe what it begins: `python -m benchmarks._mortal PIPE recipes.NAME WORDS`.

Each line is a phase and what of it: `training all-ratings 3`. The recipe is otherwise as it is.
"""

import functools
import os
import runpy
import sys
from collections.abc import Callable
from typing import Any

from zoo import quiet


def main() -> None:
    """Hooks in and runs the recipe."""
    pipe, module = int(sys.argv[1]), sys.argv[2]
    sys.argv = [module, *sys.argv[3:]]
    quiet.start()
    _hook(lambda *words: os.write(pipe, (" ".join(map(str, words)) + "\n").encode()))
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _hook(say: Callable[..., Any]) -> None:
    """Has the recipes' own functions say when they begin, or, of a training, that it has ended."""
    from recipes import publishing, training
    from recipes.training.pretraining import Pretraining
    from recipes.training.store import Store

    def hook(owner: Any, name: str, words: Callable[..., tuple], ended: bool = False) -> None:
        """Has a function say words of its arguments when it is called, or when it has ended."""
        function = getattr(owner, name)

        @functools.wraps(function)
        def hooked(*arguments: Any, **options: Any) -> Any:
            if not ended:
                say(*words(*arguments, **options))
            returned = function(*arguments, **options)
            if ended:
                say(*words(*arguments, **options))
            return returned

        setattr(owner, name, hooked)

    def place(store: Store) -> str:
        return store.file.parent.name

    hook(Pretraining, "begin", lambda self, layer, _: ("pretraining", place(self.store), layer, 0), ended=True)
    hook(Store, "write", lambda self, _, **notes: ("checkpoint", place(self), _count(notes)))
    hook(
        Pretraining,
        "on_epoch_end",
        lambda self, epoch, _: ("pretraining", place(self.store), self.layer, epoch + 1),
        ended=True,
    )
    hook(training.Checkpoint, "on_epoch_begin", lambda self, epoch, _: ("training", place(self.store), epoch))
    hook(training, "fit", lambda *_, folder, **__: ("measuring", folder.name), ended=True)
    hook(publishing, "publish", lambda _, folder, **__: ("export", folder.name))
    hook(publishing, "publish", lambda _, folder, **__: ("end", folder.name), ended=True)


def _count(notes: dict[str, Any]) -> str:
    """Returns which epoch a checkpoint is of."""
    done = notes.get("pretraining", {}).get("done")
    return f"of training {notes['progress']['epoch']}" if done is None else f"of pretraining {done}"


if __name__ == "__main__":
    main()
