"""A transformer that sees a few patches of a sample and must guess the others.

A sample is cut into P patches, of which a share, mask_ratio, is hidden in training: the encoder sees only the rest.
With t one learned token for all that are hidden, p and p' embeddings of the positions, and T, T' transformers,

    z_i = V T(W x + p)_i where patch i is visible, t where it is hidden;   x' = W'' T'(W' z + p'),
    L = mean over hidden i of L(x_i, x'_i) + whole_share * mean over all i of L(x_i, x''_i),

where x'' is the reconstruction with nothing hidden, of a share, whole_share, of each batch. The paper has the first
term alone: a decoder that guesses and never sees a whole code. The second makes it an autoencoder: at inference all
patches are visible, and the code is the map of all z_i. Other departures are small sizes, learned positions, a code
narrower than the encoder, and a decoder without normalisation at its end.

Paper: He, Chen, Xie, Li, Dollar and Girshick 2022, Masked autoencoders are scalable vision learners.
"""

import random

import keras
from keras import ops

from zoo import checks, kinds
from zoo.autoencoder import Autoencoder
from zoo.families.masked import Masked
from zoo.layers.patch_masking import HidePatches, ShowPatches
from zoo.layers.patches import FromPatches, Grid, Patches
from zoo.layers.position_embedding import PositionEmbedding
from zoo.nets import dense
from zoo.registry import register


@register(kinds="places")
def masked(
    input_shape: tuple[int, ...],
    *,
    latent_dim: int = 16,
    patch_size: int = 4,
    mask_ratio: float = 0.75,
    whole_share: float = 0.25,
    width: int = 64,
    depth: int = 2,
    decoder_width: int = 64,
    decoder_depth: int = 1,
    heads: int = 4,
    activation: str = "gelu",
    output: str = "pixels",
    learning_rate: float = 1e-3,
    seed: int | None = None,
) -> Autoencoder:
    """A small transformer autoencoder trained by hiding most patches of each sample.

    Args:
        input_shape: The shape of one sample: `(steps,)`, `(height, width)` or `(height, width, channels)`, any sizes;
            of a series `(steps, channels)`.
        latent_dim: The code's length a patch.
        patch_size: A patch's length along each axis, in pixels or steps; sizes that are no multiple are padded with 0.
        mask_ratio: The share of patches hidden in training, at least 0 and below 1; one stays visible.
        whole_share: The share of each batch that is reconstructed whole besides, and that loss's weight; from 0 to 1.
        width: The width of the encoder's tokens.
        depth: The encoder's transformer blocks.
        decoder_width: The width of the decoder's tokens.
        decoder_depth: The decoder's transformer blocks.
        heads: The heads of each attention; they share the width.
        activation: Activation between the two dense layers of each block.
        output: "pixels" in [0, 1], "real" numbers, or windows of a "series".
        learning_rate: Adam's step size.
        seed: Seed of the initial weights and of what is hidden.

    Returns:
        The compiled autoencoder; codes have the shape `(batch, patches, latent_dim)`.
    """
    input_shape = checks.shape(input_shape)
    kind = kinds.find(output, form="places")
    sizes = {"latent_dim": latent_dim, "width": width, "depth": depth}
    sizes |= {"decoder_width": decoder_width, "decoder_depth": decoder_depth, "heads": heads}
    for name, value in sizes.items():
        checks.positive_integer(name, value, checks.LAYERS if "depth" in name else None)
    for name in ("width", "decoder_width"):
        checks.check(sizes[name] % heads == 0, name, f"a multiple of heads, {heads}", sizes[name])
    if whole_share != 1:
        checks.share("whole_share", whole_share)
    dense.check((), activation, learning_rate)
    axes, rng = kind.axes(input_shape), random.Random(seed)
    grid = Grid(input_shape, patch_size, axes)

    x = keras.Input(input_shape, name="x")
    tokens = dense.dense(width, "linear", rng)(Patches(patch_size, axes)(x))
    embed = keras.Model(x, PositionEmbedding(rng.getrandbits(31))(tokens), name="embed")
    visible = [
        keras.Input((None, width), name="tokens"),
        keras.Input((grid.patches,), dtype="int32", name="place"),
        keras.Input((1, None), dtype="bool", name="present"),
    ]
    tokens, place, present = visible
    for _ in range(depth):
        tokens = _block(tokens, present, heads, activation, rng)
    tokens = dense.dense(latent_dim, "linear", rng)(keras.layers.LayerNormalization()(tokens))
    tokens = ShowPatches(grid.patches, rng.getrandbits(31))(tokens, place, present)
    body = keras.Model(visible, tokens, name="body")
    hide = HidePatches(mask_ratio, rng.getrandbits(31), name="hide")
    x = keras.Input(input_shape, name="x")
    encoder = keras.Model(x, body(hide(embed(x))), name="encoder")

    code = keras.Input((grid.patches, latent_dim), name="code")
    tokens = PositionEmbedding(rng.getrandbits(31))(dense.dense(decoder_width, "linear", rng)(code))
    for _ in range(decoder_depth):
        tokens = _block(tokens, None, heads, activation, rng)
    join = FromPatches(input_shape, patch_size, axes, name="join")
    pixels = join(dense.dense(grid.elements, "linear", rng)(tokens))
    for layer in kind.makers(input_shape):
        pixels = layer(pixels)
    decoder = keras.Model(code, pixels, name="decoder")
    return Masked(encoder, decoder, kind, whole_share, name="masked").compile_default(learning_rate)


def _block(
    tokens: keras.KerasTensor, present: keras.KerasTensor | None, heads: int, activation: str, rng: random.Random
) -> keras.KerasTensor:
    """Applies a transformer block (normalised first): attention, then two dense layers, each added to the tokens."""
    layers, width = keras.layers, tokens.shape[-1]
    attention = layers.MultiHeadAttention(heads, width // heads)
    attention.build(tokens.shape, tokens.shape)
    for kernel in attention.trainable_weights:
        if len(kernel.shape) == 3:  # given one seed, Keras makes the four kernels equal
            initial = keras.initializers.GlorotUniform(rng.getrandbits(31))((width, width))
            kernel.assign(ops.reshape(initial, kernel.shape))
    normal = layers.LayerNormalization()(tokens)
    tokens = layers.Add()([tokens, attention(normal, normal, attention_mask=present)])
    wide = dense.dense(2 * width, activation, rng)(layers.LayerNormalization()(tokens))
    return layers.Add()([tokens, dense.dense(width, "linear", rng)(wide)])
