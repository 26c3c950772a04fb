"""Lists the recipes, a line each: `python -m recipes`."""

import ast
from pathlib import Path


def main() -> None:
    """Prints each recipe's command and the first line of what it says of itself."""
    files = sorted(Path(__file__).parent.glob("[!_]*.py"))
    width = max(len(file.stem) for file in files)
    for file in files:
        summary = (ast.get_docstring(ast.parse(file.read_text("utf-8"))) or "").partition("\n")[0]
        print(f"python -m recipes.{file.stem:<{width}}  {summary}")


if __name__ == "__main__":
    main()
