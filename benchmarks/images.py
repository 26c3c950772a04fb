"""Runs the results table's commands on the field's photographs and keeps each one's `metrics.json`.

    python -m benchmarks.images                          # data in data/images; hours on 2 cores
    python -m benchmarks.images denoise-25 colorize      # only these, by their names in images.json

The export stays in `exported/images-NAME/`.
"""

from benchmarks import _rows

if __name__ == "__main__":
    _rows.main("images", str(__doc__))
