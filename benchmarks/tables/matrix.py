"""The kinds of sample, and which models take them."""

import zoo
from benchmarks.tables import table
from zoo import kinds, registry

FILE = "README.md"


def made() -> str:
    """Returns the kinds of sample, a line each, and which models take them."""
    rows = [zoo.describe(name) for name in zoo.list_models()]
    return table(
        ["kind", "what a sample is", "models"],
        [
            [f"`{name}`", kinds.find(name).DESCRIPTION, ", ".join(f"`{row.name}`" for row in rows if name in row.kinds)]
            for name in registry.forms()
        ],
    )
