"""The tables of topics and codes: means over seeds, and over how many topics there are."""

from benchmarks.tables import codes, topics


def numbers(npmi: float, accuracy: float) -> dict[str, dict[str, float]]:
    ours = {"npmi": npmi, "diversity": 0.5, "npmi_unseen": 0.0, "knn_accuracy": accuracy}
    beside = {name: {"knn_accuracy": 0.5} for name in codes.LATENT}
    return {"model": {**ours, "validation_knn_accuracy": 0.75}, "LDA": {**ours, "npmi": 0.0}, **beside}


RESULTS = {f"topics-{n}": {"0": numbers(0.1, 0.8), "1": numbers(int(n) / 100, 0.9)} for n in topics.TOPICS}


def test_topics_are_means_over_seeds_and_then_over_numbers_of_topics():
    ours, lda = topics.of(RESULTS).splitlines()[2:]
    # Of 10 topics (0.1 + 0.1) / 2, of 50 (0.1 + 0.5) / 2; of all 0.1, 0.15, 0.2, 0.25 and 0.3.
    assert ours.startswith("| `topics` | 0.200 | 0.500 | 0.000 | 0.100 / 0.500 |")
    assert ours.endswith("| 0.300 / 0.500 |")
    assert lda.startswith("| LDA | 0.000 |")


def test_codes_come_by_length_with_their_spread():
    first = codes.of(RESULTS).splitlines()[2]
    assert first == "| `topics` | 10 | 75.00% | 85.00% ± 7.07% | 50.00% | 50.00% |"
