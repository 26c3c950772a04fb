"""Lists the models, a line each: `python -m zoo`."""

import zoo


def main() -> None:
    """Prints each model's name and its summary."""
    names = zoo.list_models()
    width = max(map(len, names))
    for name in names:
        print(f"{name:<{width}}  {zoo.describe(name).summary}")


if __name__ == "__main__":
    main()
