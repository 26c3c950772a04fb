"""Results of detection in series, by method."""

from typing import Any


def by_method(results: dict[str, dict[str, dict[str, Any]]]) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Returns the numbers of each method by file, a dictionary a seed; those of baselines are from the first model."""
    models, (first, *_) = list(results), results.values()
    one = next(iter(next(iter(first.values())).values()))
    sources = {f"`{model}`": (results[model], "model") for model in models}
    sources |= {name: (first, name) for name, numbers in one.items() if isinstance(numbers, dict) and name != "model"}
    return {
        method: {
            file: [{**numbers[key], "steps": numbers["steps"]} for numbers in seeds.values()]
            for file, seeds in files.items()
        }
        for method, (files, key) in sources.items()
    }
