"""What tests share."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell that starts tests in the background has it ignored
# The same examples each time, so that no run fails by chance; HYPOTHESIS_PROFILE=fuzz draws others and more.
hypothesis.settings.register_profile("same", derandomize=True, max_examples=50)
hypothesis.settings.register_profile("fuzz", derandomize=False, max_examples=2000, deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))
ROOT = Path(__file__).resolve().parent.parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begins with what takes longest, so that at the end no worker waits for another."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def fresh_python() -> Callable[..., subprocess.CompletedProcess]:
    """Runs `python ARGUMENTS` in a process of its own, from the checkout unless `cwd` says otherwise."""

    def run(*arguments: str | Path, cwd: Path = ROOT, **options) -> subprocess.CompletedProcess:
        command = [sys.executable, *map(str, arguments)]
        return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, **options)

    return run
