"""Writes all tables to where they stand."""

from pathlib import Path

from benchmarks import tables

ROOT = Path(__file__).resolve().parents[2]

if __name__ == "__main__":
    for name, table in tables.found().items():
        file = ROOT / table.FILE
        file.write_text(tables.write(file.read_text("utf-8"), name, table.made()), "utf-8")
