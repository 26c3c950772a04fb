"""Two recurrent networks: one reads a sequence into a short code, the other writes it again from the code alone.

h_t = f(x_t, h_{t+1}) from the last step T to the first; z = W h_1 + b; g_t = f'(z, g_{t-1}); x'_t = W' g_t + b', with f
and f' cells that gate what they keep (GRU or LSTM); trained to minimize the reconstruction error L(x, x').

The sequence is read backwards so that what is read last is written first, which Malhotra et al. have the other way
round. Departures from them: the decoder never sees the sequence itself, not in training either, so that it does the
same at inference; and a dense layer makes the code, whose length is free of the cells' number.

Paper: Malhotra, Ramakrishnan, Anand, Vig, Agarwal and Shroff 2016, LSTM-based encoder-decoder for multi-sensor anomaly
detection; Srivastava, Mansimov and Salakhutdinov 2015, Unsupervised learning of video representations using LSTMs; Cho
et al. 2014, Learning phrase representations using RNN encoder-decoder for statistical machine translation, for the GRU.
"""

import random

from zoo import checks, kinds
from zoo.autoencoder import Autoencoder
from zoo.nets import recurrent as sequences
from zoo.registry import register


@register(kinds="places")
def recurrent(
    input_shape: tuple[int, ...],
    *,
    latent_dim: int = 16,
    hidden_units: tuple[int, ...] = (64,),
    cell: str = "gru",
    output: str = "pixels",
    learning_rate: float = 3e-3,
    seed: int | None = None,
) -> Autoencoder:
    """A recurrent encoder-decoder (GRU or LSTM) of windows of a series, or of pictures read row by row.

    Args:
        input_shape: The shape of one sample: the first axis is time, and what else there is is read at each step.
        latent_dim: The code's length.
        hidden_units: Widths of the encoder's recurrent layers (c in Malhotra et al.), mirrored in the decoder.
        cell: "gru" or "lstm".
        output: "pixels" in [0, 1], "real" numbers, or windows of a "series".
        learning_rate: Adam's step size.
        seed: Seed of the initial weights.

    Returns:
        The compiled autoencoder; codes have the shape `(batch, latent_dim)`.
    """
    input_shape = checks.shape(input_shape)
    kind = kinds.find(output, form="places")
    checks.positive_integer("latent_dim", latent_dim)
    sequences.check(cell, hidden_units, learning_rate)
    rng = random.Random(seed)
    return Autoencoder(
        sequences.encoder(input_shape, hidden_units, cell, latent_dim, rng),
        sequences.decoder(latent_dim, hidden_units, cell, input_shape, kind, rng),
        kind,
        name="recurrent",
    ).compile_default(learning_rate)
