"""README's commands exist, its examples run, the recipe for fewer epochs, and its tables say what was measured."""

import re
from pathlib import Path

import pytest

from benchmarks import tables

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the examples run: sees the project and its exports, and takes what they write."""
    made = tmp_path_factory.mktemp("readme")
    for name in ("zoo", "recipes", "serving", "exported"):
        (made / name).symlink_to(ROOT / name)
    return made


def test_the_commands_are_in_the_makefile():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert blocks("")[0].split("\n")[:2] == ["make demo", "make test"]
    for target in re.findall(r"`?make (\w+)", README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


@pytest.mark.long
def test_the_python_examples_run(folder, fresh_python):
    examples = blocks("python")
    assert len(examples) == 2
    for example in examples:
        run = fresh_python("-c", example, cwd=folder)
        assert run.returncode == 0, run.stderr
    assert (folder / "my-export" / "saved_model").is_dir()


@pytest.mark.long
def test_the_recipe_in_the_example_runs(folder, fresh_python):
    (command,) = blocks("sh")
    program, *arguments = command.split()
    assert program == "python"
    run = fresh_python(*arguments, "--epochs", "3", cwd=folder)
    assert run.returncode == 0, run.stderr
    assert (folder / "my-digits" / "card.md").exists()
    assert (folder / "my-digits.training" / "logs").is_dir()


@pytest.mark.parametrize("name", tables.found())
def test_the_tables_are_what_was_measured(name):
    table = tables.found()[name]
    text = (ROOT / table.FILE).read_text("utf-8")
    written = re.search(rf"<!-- {name} -->\n(.*)\n<!-- /{name} -->", text, re.DOTALL)[1]
    made = table.made()
    # A model that was only just added need not be in the table yet; what is there has to be right.
    assert set(written.splitlines()) <= set(made.splitlines())
    assert len(written.splitlines()) > 3


def test_it_is_read_in_a_minute():
    assert len(README) < 10_000


@pytest.mark.parametrize(
    "file", ["README.md", "docs/models.md", "docs/results.md", "CONTRIBUTING.md", "exported/README.md"]
)
def test_the_files_it_links_to_exist(file):
    prose = re.sub(r"```.*?```", "", (ROOT / file).read_text("utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#:]+)\)", prose):
        assert ((ROOT / file).parent / target).exists(), target
