"""The most memory that a process has held; imports nothing but Python's own, so that every environment can read it."""

import resource
from pathlib import Path

STATUS = Path("/proc/self/status")


def peak_mb() -> float:
    """Returns it in MB.

    From Linux's own record of the process where there is one: `getrusage` counts the process that started this one too,
    which has TensorFlow and the data in memory.
    """
    if STATUS.exists():
        return int(STATUS.read_text("utf-8").partition("VmHWM:")[2].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
