"""What a measurement ran on."""

import os
from typing import Any


def described() -> dict[str, Any]:
    """Returns the processor, its cores, and how many processes wanted one in the last minute."""
    from recipes.publishing import processor_name  # imports TensorFlow, which not all of a benchmark's processes need

    return {"processor": processor_name(), "cores": os.cpu_count(), "load": os.getloadavg()[0]}
