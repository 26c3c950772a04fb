"""Samples by normal distributions and by a mixture, a row a model and seed."""

from benchmarks.tables import table
from benchmarks.tables._measured import results

FILE = "docs/results.md"


def made() -> str:
    """Returns the table of samples by normal distributions and by a mixture, a row a model and seed."""
    record = results("mixture")
    called = {"prior": "N(0, I)", "normal": "one normal", "mixture": "mixture"}
    shares = [(prior, f"sample_{share}") for share in ("precision", "recall") for prior in called]
    heads = [f"{share.removeprefix('sample_')}, {called[prior]}" for prior, share in shares]
    return table(
        ["model", "seed", *heads, "components"],
        [
            [f"`{name}`", seed, *(f"{found[p][s]:.3f}" for p, s in shares), str(found["mixture"]["components"])]
            for name, seeds in record["models"].items()
            for seed, found in seeds.items()
        ],
    )
