"""The readers of other people's files: tables, arrays, ratings, pictures."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterator

import numpy as np
import pandas as pd
from PIL import Image

from benchmarks.fuzzing.reader import Files, Reader
from recipes.data import arrays, idx, movielens, table
from recipes.reading import pictures


def readers() -> Iterator[Reader]:
    """Yields the readers."""
    frame = pd.DataFrame(
        {
            "a": np.arange(12) / 4,
            "höhe": -np.arange(12.0),
            "kind": [("good", "None", "bad, too")[i % 3] for i in range(12)],
        }
    )
    comma = frame.to_csv(index=False)
    other = frame.to_csv(index=False, sep=";", decimal=",")
    for name, contents in (
        ("table.csv", (comma.encode(), comma.encode("utf-16"), comma.encode("latin-1"), other.encode())),
        ("table.tsv.gz", (gzip.compress(frame.to_csv(index=False, sep="\t").encode(), mtime=0),)),
        ("table.parquet", (frame.to_parquet(None),)),
    ):
        files = tuple({name: content} for content in contents)
        yield Reader(name, files, lambda folder, name=name: table.load(folder / name, label="kind"))
    yield Reader("arrays.npz", _archives(), lambda folder: arrays.load(str(folder / "x.npz")))
    yield Reader("arrays.npy", (_npy(),), lambda folder: arrays.load(str(folder / "x.npy")))
    yield Reader("IDX", (_idx(""), _idx(".gz")), lambda folder: idx.load(str(folder)))
    yield from _ratings()
    yield from _pictures()


def _npy() -> Files:
    packed = io.BytesIO()
    np.save(packed, np.random.default_rng(0).normal(size=(9, 3)))
    return {"x.npy": packed.getvalue()}


def _archives() -> tuple[Files, ...]:
    rng = np.random.default_rng(0)
    pixels = {"x": rng.integers(0, 256, (10, 4, 4), "uint8"), "y": np.arange(10) % 2}
    parts = {f"{kind}_{part}": values for part in ("train", "test") for kind, values in pixels.items()}
    found = []
    for save, content in ((np.savez, pixels), (np.savez_compressed, parts), (np.savez, {"x": rng.normal(size=(9, 3))})):
        packed = io.BytesIO()
        save(packed, **content)
        found.append({"x.npz": packed.getvalue()})
    return tuple(found)


def _idx(ending: str) -> Files:
    rng, files = np.random.default_rng(0), {}
    for key, name in idx.FILES.items():
        shape = (8, 5, 5) if key[0] == "x" else (8,)
        content = (
            np.array([0x0800 + len(shape), *shape], ">u4").tobytes() + rng.integers(0, 3, shape, "uint8").tobytes()
        )
        files[name + ending] = gzip.compress(content, mtime=0) if ending else content
    return files


def _ratings() -> Iterator[Reader]:
    rows = [(u, f, (u * f) % 5 + 1, 900_000_000 + u) for u in range(1, 6) for f in range(1, 5)]
    lines = {
        separator: "".join(separator.join(map(str, row)) + "\n" for row in rows) for separator in ("\t", "::", ",")
    }
    flags = "|".join("0" * 18) + "|1"
    vintages: dict[str, Files] = {
        "ratings 100K": {"u.data": lines["\t"].encode(), "u.item": f"1|Amélie (2001)|x||y|{flags}\n".encode("latin-1")},
        "ratings 1M": {"ratings.dat": lines["::"].encode(), "movies.dat": b"1::Heat (1995)::Action|Crime\n"},
        "ratings 20M": {
            "ratings.csv": b"userId,movieId,rating,timestamp\n" + lines[","].encode(),
            "movies.csv": b'movieId,title,genres\n1,"Heat, The (1995)",Action|Crime\n',
        },
    }
    for name, files in vintages.items():
        yield Reader(name, (files,), lambda folder: movielens.load(str(folder)))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in vintages["ratings 1M"].items():
            archive.writestr(f"ml-x/{name}", content)
    yield Reader("ratings.zip", ({"r.zip": packed.getvalue()},), lambda folder: movielens.load(str(folder / "r.zip")))
    named = "when;item;who;stars\n" + "".join(f"2026-01-{u:02d};i{f};u{u};{r},5\n" for u, f, r, _ in rows)
    chosen = "user,song\n" + "".join(f"u{u},s{f}\n" for u, f, _, _ in rows)
    columns = movielens.Form(("who", "item", "stars", "when"))
    yield Reader(
        "other ratings",
        ({"r.csv": named.encode()}, {"r.csv": chosen.encode()}),
        lambda folder: movielens.load(
            str(folder / "r.csv"), columns if (folder / "r.csv").read_bytes()[:4] == b"when" else movielens.Form()
        ),
    )


def _pictures() -> Iterator[Reader]:
    rng = np.random.default_rng(0)
    color, grey = rng.integers(0, 256, (9, 7, 3), "uint8"), rng.integers(0, 256, (9, 7), "uint8")
    deep = rng.integers(0, 65536, (9, 7, 3)).astype("uint16")
    kinds = {"png": "PNG", "jpg": "JPEG", "bmp": "BMP", "webp": "WEBP", "gif": "GIF", "tif": "TIFF"}
    for ending, kind in kinds.items():
        found = []
        for values in (color, grey):
            packed = io.BytesIO()
            Image.fromarray(values).save(packed, kind)
            found.append({f"p.{ending}": packed.getvalue()})
        if ending in ("png", "tif"):
            found.append({f"p.{ending}": _deep(deep, ending)})
        yield Reader(
            f"picture.{ending}", tuple(found), lambda folder, ending=ending: pictures.read(folder / f"p.{ending}")
        )


def _deep(values: np.ndarray, ending: str) -> bytes:
    """Returns a picture of 16 bits a channel."""
    if ending == "png":
        import tensorflow as tf

        return bytes(tf.io.encode_png(values).numpy())
    import tifffile

    packed = io.BytesIO()
    tifffile.imwrite(packed, values, photometric="rgb", compression="zlib", metadata=None)
    return packed.getvalue()
