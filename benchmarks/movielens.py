"""Runs the results table's commands on MovieLens and keeps each one's `metrics.json`.

python -m benchmarks.movielens               # data in data/ml-100k and data/ml-1m
python -m benchmarks.movielens 100k          # only these, by their names in movielens.json
"""

from benchmarks import _rows

if __name__ == "__main__":
    _rows.main("movielens", str(__doc__))
