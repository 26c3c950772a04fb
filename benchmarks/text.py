"""Runs the results table's commands on texts and keeps each one's `metrics.json`.

    python -m benchmarks.text                            # data in data/text; hours on 2 cores
    python -m benchmarks.text titles                     # only these, by their names in text.json

The export stays in `exported/text-NAME/`.
"""

from benchmarks import _rows

if __name__ == "__main__":
    _rows.main("text", str(__doc__))
