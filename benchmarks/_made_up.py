"""Data of a few kilobytes for each kind of recipe: what is measured on them means nothing, and takes seconds."""

from pathlib import Path

import numpy as np
from PIL import Image

from recipes.data.idx import FILES


def write(folder: Path) -> None:
    """Writes `idx`, `few`, `table.csv`, `photos`, `pairs`, `ratings`, `lines.txt` and `texts.csv` into a folder."""
    rng = np.random.default_rng(0)
    _digits(folder / "idx", 10, rng)
    _digits(folder / "few", 3, rng)
    _table(folder / "table.csv", rng)
    _photos(folder, rng)
    _ratings(folder / "ratings", rng)
    _lines(folder / "lines.txt", rng)
    _texts(folder / "texts.csv", rng)


def _digits(folder: Path, labels: int, rng: np.random.Generator) -> None:
    """Writes 200 and 50 pictures of 16 x 16 in MNIST's format: patterns under noise."""
    folder.mkdir(parents=True)
    patterns = 200 * (rng.random((labels, 16, 16)) < 0.3)
    for part, count in (("train", 200), ("test", 50)):
        y = np.arange(count) % labels
        x = patterns[y] + rng.integers(0, 56, (count, 16, 16))
        for key, values in ((f"x_{part}", x), (f"y_{part}", y)):
            header = np.array([0x0800 + values.ndim, *values.shape], ">u4").tobytes()
            (folder / FILES[key]).write_bytes(header + values.astype("uint8").tobytes())


def _table(file: Path, rng: np.random.Generator) -> None:
    """Writes 240 rows: good ones lie near a plane, bad ones off it."""
    x = rng.normal(size=(240, 2)) @ rng.normal(size=(2, 5)) + 0.1 * rng.normal(size=(240, 5))
    bad = np.arange(240) % 4 == 0
    x[bad] += 2 * rng.normal(size=(bad.sum(), 5))
    rows = [",".join([*(f"{v:.3f}" for v in row), "bad" if b else "good"]) for row, b in zip(x, bad, strict=True)]
    file.write_text("\n".join(["a,b,c,d,e,kind", *rows]) + "\n", "utf-8")


def _photos(folder: Path, rng: np.random.Generator) -> None:
    """Writes 12 smooth pictures in color, and half of them as pairs with noisy ones."""
    y, x = np.mgrid[0:40, 0:44] / 10
    for i in range(12):
        waves = [np.sin(a * x + b * y + c) for a, b, c in rng.normal(size=(3, 3))]
        picture = 127.5 + 100 * np.stack(waves, axis=-1)
        _save(folder / "photos" / f"{i}.png", picture)
        _save(folder / "pairs" / "clean" / f"{i}.png", picture)
        _save(folder / "pairs" / "noisy" / f"{i}.png", picture + 20 * rng.normal(size=picture.shape))


def _save(file: Path, picture: np.ndarray) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.clip(np.rint(picture), 0, 255).astype("uint8")).save(file)


def _ratings(folder: Path, rng: np.random.Generator) -> None:
    """Writes ratings of 60 people of two tastes for 24 films of two kinds, as MovieLens's newer archives have them."""
    folder.mkdir()
    taste, kind = rng.integers(0, 2, 60), np.arange(24) % 2
    stars = np.clip(np.rint(np.where(taste[:, None] == kind, 4.2, 2) + 0.6 * rng.normal(size=(60, 24))), 1, 5)
    rated = np.argwhere(rng.random(stars.shape) < 0.6)
    lines = [f"{user + 1},{film + 1},{stars[user, film]},{1000 + i}" for i, (user, film) in enumerate(rated)]
    films = [f"{film + 1},Film {film} ({1980 + film}),{('Drama', 'Comedy')[film % 2]}" for film in range(24)]
    (folder / "ratings.csv").write_text("\n".join(["userId,movieId,rating,timestamp", *lines]) + "\n", "utf-8")
    (folder / "movies.csv").write_text("\n".join(["movieId,title,genres", *films]) + "\n", "utf-8")


def _lines(file: Path, rng: np.random.Generator) -> None:
    """Writes 200 lines of two to five words."""
    words = np.array(["red", "sails", "in", "the", "Käse", "侍"])
    file.write_text("".join(" ".join(rng.choice(words, rng.integers(2, 6))) + "\n" for _ in range(200)), "utf-8")


def _texts(file: Path, rng: np.random.Generator) -> None:
    """Writes 120 texts of twelve words, of one or the other half of 40."""
    rows = (" ".join(f"word{number}" for number in rng.integers(0, 20, 12) + 20 * (i % 2)) for i in range(120))
    file.write_text("\n".join(["text,kind", *(f"{row},{i % 2}" for i, row in enumerate(rows))]) + "\n", "utf-8")
