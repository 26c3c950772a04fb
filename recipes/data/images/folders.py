"""Pictures in a folder, or in several; or pairs of two folders, matched by name."""

import os
from pathlib import Path
from typing import Any

from recipes.data.images.decoding import Loaded, decoded
from recipes.data.images.listing import by_stem, listed, why
from zoo import UsageError


def folder(
    path: str | Path,
    *,
    channels: int = 3,
    color: bool = False,
    smallest: int = 1,
    white: float | None = None,
    seed: int = 0,
    known: dict[bytes, str] | None = None,
) -> Loaded:
    """Loads the pictures in a folder and in its folders; or in several.

    Args:
        path: The folder, or several with `os.pathsep` between them.
        channels: 1 for grey, 3 for color.
        color: Whether to skip what has no color.
        smallest: The shortest side in pixels that is wanted.
        white: As in `load`.
        seed: Gives their order.
        known: Digests of pictures that are skipped, and where they are; those that are loaded are added.

    Raises:
        UsageError: If it is not there or holds no picture that can be used.
    """
    paths = [Path(one) for one in str(path).split(os.pathsep)]
    files: list[tuple[str, Path]] = []
    skipped: list[tuple[str, str]] = []
    for one in paths:
        before = f"{one.name}/" if len(paths) > 1 else ""
        found, unfit = listed(one)
        files += [(f"{before}{name}", file) for name, file in found]
        skipped += [(f"{before}{name}", reason) for name, reason in unfit]
    wanted: dict[str, Any] = {"channels": channels, "color": color, "smallest": smallest, "white": white}
    return decoded(str(path), files, skipped, **wanted, seed=seed, known=known)


def pairs(
    inputs: str | Path,
    targets: str | Path,
    *,
    channels: int = 3,
    color: bool = False,
    smallest: int = 1,
    white: float | None = None,
    seed: int = 0,
    known: dict[bytes, str] | None = None,
) -> Loaded:
    """Loads pairs of pictures from two folders, matched by their paths in them without the ending.

    Args:
        inputs: The folder of what goes in.
        targets: The folder of what shall come out.
        channels: 1 for grey, 3 for color.
        color: Whether to skip targets without color.
        smallest: The shortest side in pixels that is wanted.
        white: As in `load`.
        seed: Gives their order.
        known: As in `folder`, of the targets.

    Raises:
        UsageError: If a folder is not there or no pair can be used.
    """
    skipped: list[tuple[str, str]] = []
    sides = []
    for path in (Path(inputs), Path(targets)):
        files, unfit = listed(path)
        skipped += [(str(path / name), reason) for name, reason in unfit]
        sides.append(by_stem(path, files, skipped))
    ins, outs = sides
    for here, there, other in ((ins, outs, targets), (outs, ins, inputs)):
        skipped += [(str(here[stem][1]), f"has no partner in {other}") for stem in sorted(here.keys() - there.keys())]
    both = [(stem, outs[stem][1]) for stem in outs if stem in ins]
    if not both:
        raise UsageError(
            f"{inputs} and {targets} hold no two pictures of one name: call each input as its target, but for the "
            f"ending{why(skipped)}."
        )
    partners = {stem: ins[stem][1] for stem, _ in both}
    where = f"{inputs} and {targets}"
    wanted: dict[str, Any] = {"channels": channels, "color": color, "smallest": smallest, "white": white}
    return decoded(where, both, skipped, **wanted, seed=seed, known=known, partners=partners)
