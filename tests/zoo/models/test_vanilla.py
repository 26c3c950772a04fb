"""What is peculiar to the vanilla autoencoder."""

import numpy as np

import zoo


def test_the_default_is_784_32_784():
    model = zoo.build("vanilla", (784,))
    # Weights and biases: 784 x 32 + 32, and 32 x 784 + 784.
    assert model.count_params() == 784 * 32 + 32 + 32 * 784 + 784


def test_hidden_units_are_mirrored():
    model = zoo.build("vanilla", (10,), latent_dim=2, hidden_units=(7, 4))
    widths = [
        layer.units for part in (model.encoder, model.decoder) for layer in part.layers if hasattr(layer, "units")
    ]
    assert widths == [7, 4, 2, 4, 7, 10]


def test_a_linear_one_with_squared_error_comes_close_to_pca():
    import keras
    from sklearn.decomposition import PCA

    rng = np.random.default_rng(0)
    x = (rng.normal(size=(512, 3)) @ rng.normal(size=(3, 12)) + 0.1 * rng.normal(size=(512, 12))).astype("float32")
    x -= x.mean(axis=0)
    spaces = [PCA(dimensions).fit(x) for dimensions in (3, 2)]
    three, two = (np.mean((space.inverse_transform(space.transform(x)) - x) ** 2) for space in spaces)

    keras.utils.set_random_seed(0)
    model = zoo.build("vanilla", (12,), latent_dim=3, activation="linear", output="real", learning_rate=0.02, seed=0)
    model.fit(x, epochs=60, batch_size=64, verbose=0)
    assert three <= model.score(x).mean() < 1.3 * three < 0.1 * two
