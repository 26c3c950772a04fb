"""Detection of defects in pictures: runs the commands of the table and keeps each one's `metrics.json`.

    python -m benchmarks.anomaly_surfaces                # data in data/anomalies; 20 minutes on one core
    python -m benchmarks.anomaly_surfaces texture        # only this, by its name in anomaly.json

Four fifths of the whole pictures train or validate, with defects drawn into them; the others and all pictures with
defects test. Baselines stand beside in each record. The export stays in `exported/anomaly-NAME/`.
"""

from benchmarks import _rows

if __name__ == "__main__":
    _rows.main("anomaly", str(__doc__))
