"""Runs the results table's commands on all of MNIST and keeps each one's `metrics.json`.

    python -m benchmarks.mnist                   # data in data/mnist; hours on 2 cores
    python -m benchmarks.mnist sparse vanilla    # only these, by their names in mnist.json

The first seed's export stays in `exported/mnist-NAME/`.
"""

from benchmarks import _rows

if __name__ == "__main__":
    _rows.main("mnist", str(__doc__))
