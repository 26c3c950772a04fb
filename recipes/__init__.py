"""Applications: each trains a model of the zoo on real data, measures it, draws it and exports it."""

import os
import signal
import sys
from typing import Any


def stop_at_once(number: int, _: Any) -> None:
    """Answers Ctrl-C and SIGTERM while a recipe's modules are imported, which may turn an exception into another."""
    os.write(2, b"\nStopped before anything began.\n")
    os._exit(128 + number)


if sys.argv[0] == "-m":  # `python -m recipes.NAME` imports this first
    for _number, _usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGTERM, signal.SIG_DFL)):
        if signal.getsignal(_number) is _usual:
            signal.signal(_number, stop_at_once)
