"""A language model: the writer of the model beside it, without its code."""

import numpy as np

import zoo
from recipes.baselines.language_model import language_model
from tests.zoo.models.test_sequence import every


def test_it_is_as_large_knows_no_code_and_its_probabilities_sum_to_1():
    model = zoo.build("sequence_vae", (2,), vocabulary=3, latent_dim=2, embedding_dim=4, width=6, seed=0)
    made = language_model(model, 1e-3)
    assert [w.shape for w in made.trainable_weights] == [w.shape for w in model.decoder.trainable_weights]
    x = every(2, 3)
    assert not made.encode(x).any()
    assert abs(np.exp(-made.score(x)).sum() - 1) < 1e-5
    made.run_eagerly = True
    before = made.score(x).mean()
    made.fit(x, epochs=2, batch_size=4, verbose=0)
    assert made.score(x).mean() < before
