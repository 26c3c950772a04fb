"""The models and their papers."""

import zoo
from benchmarks.tables import table

FILE = "docs/models.md"


def made() -> str:
    """Returns the table of models and papers."""
    rows = [zoo.describe(name) for name in zoo.list_models()]
    return table(
        ["model", "what it is", "takes", "paper"],
        [
            [f"[`{row.name}`](../zoo/models/{row.name}.py)", row.summary, ", ".join(row.kinds), row.paper]
            for row in rows
        ],
    )
