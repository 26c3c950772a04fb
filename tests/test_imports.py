"""Who may import whom: read from the syntax trees."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted(p.relative_to(ROOT) for folder in ("zoo", "recipes") for p in (ROOT / folder).rglob("*.py"))
# Folders of which no file imports another, but for plumbing (a leading underscore).
LEAVES = ["zoo.layers", "zoo.formats", "recipes.data", "recipes.metrics", "recipes.figures", "recipes.baselines"]
# Folders of which a recipe finds the files by their names; none imports another either.
KINDS = ["recipes.abilities", "recipes.tasks"]


def module(file: Path) -> str:
    return ".".join(file.with_suffix("").parts).removesuffix(".__init__")


MODULES = {module(file) for file in FILES}


def imported(file: Path) -> Iterator[str]:
    """The project's modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse((ROOT / file).read_text("utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if name in MODULES else node.module for name in inner]
        yield from (name for name in names if name.partition(".")[0] in ("zoo", "recipes", "exported", "benchmarks"))


def may(importer: str, target: str) -> bool:
    """Says whether the one may import the other."""
    folder, _, name = target.rpartition(".")
    plumbing = name.startswith("_")
    leaf = next((leaf for leaf in LEAVES if importer.startswith(f"{leaf}.")), None)
    if target.partition(".")[0] not in ("zoo", "recipes"):
        return False
    if importer.startswith("zoo"):
        if not target.startswith("zoo"):
            return False
        if leaf:
            return plumbing or target == "zoo.autoencoder"
        return plumbing or target == "zoo.autoencoder" or target.startswith(("zoo.layers", "zoo.formats"))
    if leaf:  # recipes' leaves
        return target == "zoo" or plumbing
    shared = [*LEAVES, *KINDS]
    peers = folder in KINDS and importer.startswith(f"{folder}.")
    of_shared = target in shared or (folder in shared and not peers)
    return target.startswith("zoo") or plumbing or of_shared or target == "recipes"


@pytest.mark.parametrize("file", FILES, ids=str)
def test_the_arrows_hold(file):
    wrong = [target for target in imported(file) if target != "zoo" and not may(module(file), target)]
    wrong += [target for target in imported(file) if target == "zoo" and module(file).startswith("zoo.")]
    assert not wrong, f"{file} may not import {wrong}"


def test_models_and_recipes_are_seen():
    assert {"zoo.models.sparse", "recipes.mnist", "recipes.data.mnist"} <= MODULES
    assert not may("zoo.models.sparse", "zoo.models.vanilla")
    assert not may("zoo.models.sparse", "recipes.mnist")
    assert not may("recipes.movielens", "recipes.mnist")
    assert not may("recipes.data.mnist", "recipes.data.other")
    assert may("recipes.mnist", "recipes.data.mnist")
