"""Topics of texts, and codes of texts: how a training is followed, what is measured beside what, and figures of it."""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING

import numpy as np
import tensorflow as tf
from sklearn.manifold import TSNE

from recipes.baselines.latent_semantics import latent_semantics
from recipes.baselines.topic_models import topic_models
from recipes.data.bags import BagSplits
from recipes.figures import curves, scatter, topic_words
from recipes.metrics import npmi, topic_diversity
from recipes.metrics.neighbours import neighbour_accuracy
from recipes.metrics.npmi import Windows
from recipes.publishing import Drawing, Report, row
from recipes.running.pipeline import Trained
from zoo.families.topical import TopicModel
from zoo.ops.exclusivity import frex

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from zoo.autoencoder import Autoencoder

KNOWN = ("train", "validation")  # the texts that choices are made on
SHOWN = 8  # words of a topic in a figure
NAMED = 3  # words that a topic is called by
MAPPED = 2000  # texts on a map
PERPLEXITY = 30  # of the map
MEASURES = {
    "npmi": f"coherence of topics: {npmi.EXPLAINED}. On test in all texts, as published numbers are; on validation in "
    "the texts that train or validate.",
    "npmi_unseen": "the same in test texts alone.",
    "diversity": f"{topic_diversity.EXPLAINED}.",
    "perplexity": "exp of the bound of a word's nats, mean over words: as if so many words were equally likely.",
    "divergence": "nats a word by which the reconstruction's chances are off a text's own shares, mean over texts.",
    "knn_accuracy": "share of texts whose label is that of most of the 5 nearest training texts, by codes' angle.",
}
COUNTED = "same counts, same seed, same measure"
ORDERED = "; words ordered by FREX, as the model's"


def measured(windows: Windows, topics: np.ndarray) -> dict[str, float]:
    """Returns coherence and diversity of words by topic, shape `(topics, words)`."""
    return {"npmi": float(windows.npmi(topics).mean()), "diversity": topic_diversity.topic_diversity(topics)}


@functools.lru_cache(maxsize=3)
def windows(splits: BagSplits, *parts: str) -> Windows:
    """Returns the windows of all texts of some parts; kept, since counting them takes seconds."""
    return Windows([text for part in parts for text in splits.words[part]], splits.shape[0])


def measure(made: Trained, splits: BagSplits, seed: int) -> Report:
    """Measures topics and codes on validation and test texts, and baselines beside them.

    Args:
        made: The trained model, with the codes of all texts.
        splits: The texts.
        seed: That of the baselines.
    """
    report, model = Report(), made.model
    for part, found in (("validation", report.validation), ("test", report.test)):
        found["divergence"] = float(model.score(splits[part].x).mean())
    if isinstance(model, TopicModel):
        _topics(report, model, splits, seed)
    if splits.labels:
        _neighbors(report, made, splits, seed)
    report.explained = {name: sentence for name, sentence in MEASURES.items() if name in report.test}
    return report


def _topics(report: Report, model: TopicModel, splits: BagSplits, seed: int) -> None:
    known, whole, unseen = windows(splits, *KNOWN), windows(splits, *splits), windows(splits, "test")

    def in_test(topics: np.ndarray) -> dict[str, float]:
        return measured(whole, topics) | {"npmi_unseen": measured(unseen, topics)["npmi"]}

    topics = model.top_words(npmi.TOP)
    report.validation |= measured(known, topics)
    report.test |= in_test(topics)
    for part, numbers in (("validation", report.validation), ("test", report.test)):
        numbers["perplexity"] = perplexity(model, splits[part].x)
    for name, weights in topic_models(splits.train.x, model.topics, seed).items():
        chances = tf.constant(weights / weights.sum(axis=1, keepdims=True).clip(1e-30), tf.float32)
        orders = {name: chances, f"{name}, FREX": frex(chances, model.exclusivity)}
        for called, order in orders.items():
            best = np.asarray(tf.math.top_k(order, npmi.TOP).indices)
            protocol = f"scikit-learn's, as many topics; {COUNTED}{ORDERED if order is not chances else ''}"
            report.baselines += [
                row(called, key, value, protocol, "measured here") for key, value in in_test(best).items()
            ]


def perplexity(model: TopicModel, x: np.ndarray) -> float:
    """Returns exp of the bound's nats a word, of counts of shape `(texts, vocabulary)`."""
    logs = model.evaluate(x, batch_size=1000, verbose=0, return_dict=True)
    return math.exp((logs["reconstruction"] + logs["kl"]) / float(x.sum(axis=1).mean()))


def _neighbors(report: Report, made: Trained, splits: BagSplits, seed: int) -> None:
    """Adds how often texts near to one have its label, by our codes and by those of TF-IDF and SVD, as long."""
    found = neighbour_accuracy({part: directions(codes) for part, codes in made.codes.items()}, splits)
    report.validation["knn_accuracy"], report.test["knn_accuracy"] = found["validation"], found["test"]
    length = made.codes["train"][0].size
    codes = latent_semantics({part: splits[part].x for part in splits}, length, seed)
    for called, scaled in (("TF-IDF and SVD", codes), ("TF-IDF and SVD, by angle", _all_directions(codes))):
        beside = neighbour_accuracy(scaled, splits)["test"]
        report.baselines.append(row(called, "knn_accuracy", beside, f"codes of {length} numbers", "measured here"))


def directions(codes: np.ndarray) -> np.ndarray:
    """Returns codes of the length 1, shape `(n, numbers)`, of which distances go by angles."""
    flat = codes.reshape(len(codes), -1)
    return flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-12)


def _all_directions(codes: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {part: directions(values) for part, values in codes.items()}


def draw(made: Trained, splits: BagSplits, vocabulary: tuple[str, ...], seed: int) -> dict[str, Drawing]:
    """Draws topics as words, a map of texts, and the training."""
    model, history, best = made.model, made.progress.history, made.progress.best_epoch
    title = f"{model.name}: training"
    drawings: dict[str, Drawing] = {}
    if isinstance(model, TopicModel):
        drawings["topics"] = lambda: _words(model, splits, vocabulary)
    drawings["map"] = lambda: _map(model, made.codes["test"], splits, vocabulary, seed)
    drawings["curves"] = lambda: curves.draw(history, best, title)
    return drawings


def _words(model: TopicModel, splits: BagSplits, vocabulary: tuple[str, ...]) -> Figure:
    top = model.top_words(min(SHOWN, len(vocabulary)))
    chances = np.take_along_axis(np.asarray(model.words()), top, axis=1)
    shares = model.mixture(splits.test.x).mean(axis=0)
    words = [[vocabulary[i] for i in topic] for topic in top]
    return topic_words.draw(words, chances, shares, f"{splits.name}: {model.topics} topics, and their words")


def _map(model: Autoencoder, codes: np.ndarray, splits: BagSplits, vocabulary: tuple[str, ...], seed: int) -> Figure:
    """Draws test texts in the plane, near where their codes are, by label or by their largest topic."""
    rows = np.linspace(0, len(codes) - 1, min(len(codes), MAPPED)).astype(int)
    width = min(PERPLEXITY, (len(rows) - 1) / 3)
    plane = TSNE(random_state=seed, perplexity=width, init="random").fit_transform(directions(codes)[rows])
    planes = {"by t-SNE of their codes": plane}
    by_topic = isinstance(model, TopicModel) and model.topics <= scatter.LEGEND
    if splits.labels and not (by_topic and len(splits.labels) < 3):  # two labels say less than topics
        return scatter.draw(planes, splits.test.y[rows], splits.labels, f"{splits.name}: a map of the test part")
    if not by_topic:
        return scatter.draw(planes, None, (), f"{splits.name}: a map of the test part")
    names = [" ".join(vocabulary[i] for i in topic) for topic in model.top_words(NAMED)]
    return scatter.draw(
        planes, model.mixture(splits.test.x[rows]).argmax(axis=1), names, f"{splits.name}: a map of the test part"
    )
