"""What is peculiar to the recurrent autoencoder: what it reads in which order, its size, and what it refuses."""

import numpy as np
import pytest

import zoo


def test_parameters_are_those_counted_by_hand():
    model = zoo.build("recurrent", (10, 3), latent_dim=4, hidden_units=(5,), cell="lstm", output="series")
    read = 4 * 5 * (3 + 5 + 1)  # four gates of 5 units, each from 3 channels, 5 states and a bias
    write = 4 * 5 * (4 + 5 + 1)
    assert model.count_params() == read + (5 * 4 + 4) + write + (5 * 3 + 3)
    gru = zoo.build("recurrent", (10, 3), latent_dim=4, hidden_units=(5,), cell="gru", output="series")
    assert gru.count_params() == 3 * 5 * (3 + 5 + 2) + (5 * 4 + 4) + 3 * 5 * (4 + 5 + 2) + (5 * 3 + 3)


def test_the_first_step_is_read_last_and_written_first():
    model = zoo.build("recurrent", (6, 1), latent_dim=1, hidden_units=(1,), cell="gru", output="series", seed=0)
    read, write = model.encoder.get_layer("read_0"), model.decoder.get_layer("write_0")
    # An update gate that is shut (0) keeps nothing: the state is tanh of what is read now, and so of the first step.
    shut = np.array([[-50.0, 0, 0], [0, 0, 0]])
    read.set_weights([np.array([[0.0, 0, 1]]), np.zeros((1, 3)), shut])
    model.encoder.get_layer("code").set_weights([np.ones((1, 1)), np.zeros(1)])
    x = np.arange(1.0, 7).reshape(1, 6, 1) / 10
    assert model.encode(x)[0, 0] == pytest.approx(np.tanh(0.1), rel=1e-5)
    # One that is half open, with nothing new but the code: the state goes to tanh(z) by halves, from the first step on.
    write.set_weights([np.array([[0.0, 0, 1]]), np.zeros((1, 3)), np.zeros((2, 3))])
    model.decoder.get_layer("values").set_weights([np.ones((1, 1)), np.zeros(1)])
    written = np.tanh(0.4) * (1 - 0.5 ** np.arange(1, 7))
    np.testing.assert_allclose(model.decode([[0.4]])[0, :, 0], written, rtol=1e-5)


def test_layers_are_mirrored():
    model = zoo.build("recurrent", (6, 2), latent_dim=3, hidden_units=(5, 4), output="series")
    assert [layer.units for layer in model.encoder.layers if layer.name.startswith("read")] == [5, 4]
    assert [layer.name for layer in model.decoder.layers if layer.name.startswith("write")] == ["write_1", "write_0"]
    assert model.encode(np.zeros((2, 6, 2))).shape == (2, 3)


def test_bad_arguments_say_what_was_expected():
    with pytest.raises(zoo.UsageError, match=r"cell must be one of 'gru', 'lstm'.*Did you mean 'gru'"):
        zoo.build("recurrent", (6, 2), cell="grue")
    with pytest.raises(zoo.UsageError, match="hidden_units must be the width of at least one layer"):
        zoo.build("recurrent", (6, 2), hidden_units=())
    with pytest.raises(zoo.UsageError, match=r"input_shape must be \(steps, channels\)"):
        zoo.build("recurrent", (6,), output="series")
