"""Learned compression in which a second, much smaller code says how each latent is distributed.

Equations and papers: see `zoo/models/hyperprior.py`.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from zoo.autoencoder import Endpoint
from zoo.families.compression import Coded, Compression, straight, total
from zoo.kinds import Kind
from zoo.layers import gaussian_conditional
from zoo.nets import compression
from zoo.ops import exact
from zoo.ops.bounds import within

FIRST_RUNG = 15.0  # where scales begin: a standard deviation of 0.7
RUNG_UNIT = 16.0  # rungs for one unit of the network, whose outputs are some units at most


@keras.saving.register_keras_serializable("zoo")
class Hierarchical(Compression):
    """A `Compression` whose latents are normal given hyper-latents, which the prior is for.

    Args:
        encoder: As in `Compression`.
        decoder: Likewise.
        kind: Likewise.
        hyper_encoder: From scaled latents to hyper-latents, at 1/4 of their size, rounded up.
        hyper_decoder: From these, rounded, to the rungs of the latents' scales and, with means, their means.
        context: From the latents of every other place, as on a board's black squares, and what is said of all, to
            changes of what is said of the others; None for no changes.
        means: Whether means are said, or are 0.
        name: The model's name.
        **settings: The others of `Compression`.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        kind: str | Kind = "pictures",
        *,
        hyper_encoder: keras.Model,
        hyper_decoder: keras.Model,
        context: keras.Model | None = None,
        means: bool = True,
        name: str | None = None,
        **settings: Any,
    ) -> None:
        super().__init__(
            encoder,
            decoder,
            kind,
            name=name,
            hyper_encoder=hyper_encoder,
            hyper_decoder=hyper_decoder,
            context=context,
            means=means,
            **settings,
        )

    @property
    def coded_by_prior(self) -> int:
        """The channels of what the prior is for: the hyper-latents'."""
        return self.hyper_decoder.input_shape[-1]

    def entropy(self, latent: tf.Tensor, training: bool) -> Coded:
        """Returns scaled latents, rounded around their means, and the bits that they and the hyper-latents take."""
        hyper = self.hyper_encoder(latent, training=training)
        rounded = straight(hyper, ops.round(hyper))
        side = total(self.prior(self.noisy(hyper) if training else rounded))
        output = self.hyper_decoder(rounded, training=training)[:, : ops.shape(latent)[1], : ops.shape(latent)[2]]
        mean, rung = self._said(output)
        if self.context is not None:
            first, rung = _first(latent), _on_ladder(rung)
            known = first * straight(latent, ops.round(latent - mean) + mean)
            mean, rung = (
                ops.where(first > 0, plain, better)
                for plain, better in zip((mean, rung), self._better(known, mean, rung, training), strict=True)
            )
        residual = latent - mean
        whole = straight(residual, ops.round(residual))
        bits = gaussian_conditional.bits(self.noisy(residual) if training else whole, rung)
        return straight(latent, ops.round(residual) + mean), side + total(bits)

    def _said(self, output: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns the latents' means and rungs, not yet whole, from what the hyper-decoder gives."""
        mean = output[..., self.latent_dim :]
        rung = FIRST_RUNG + RUNG_UNIT * output[..., : self.latent_dim]
        return (mean if self.means else ops.zeros_like(rung)), rung

    def _better(
        self, known: tf.Tensor, mean: tf.Tensor, rung: tf.Tensor, training: bool = False
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns means and rungs where neighbors are known, from what was said without."""
        said = (rung - FIRST_RUNG) / RUNG_UNIT
        said = ops.concatenate([said, mean], axis=-1) if self.means else said
        change = exact.applied(self.context, [known, said], training)
        better = mean + change[..., self.latent_dim :] if self.means else mean
        return better, _on_ladder(rung + RUNG_UNIT * change[..., : self.latent_dim])

    def endpoints(self) -> dict[str, Endpoint]:
        """Returns what an export offers: the two hyper-transforms besides."""
        latent = tf.TensorSpec(self.hyper_encoder.input_shape, tf.float32, name="latent")
        hyper = tf.TensorSpec(self.hyper_decoder.input_shape, tf.int32, name="hyper")

        def hyper_analysis(latent: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"hyper": self.hyper_encoder(latent, training=False)}

        def hyper_synthesis(hyper: tf.Tensor) -> dict[str, tf.Tensor]:
            with exact.arithmetic():
                output = exact.applied(self.hyper_decoder, hyper)
            # Multiples of 2^-12 below 2^11, so that float32 holds 16 times as much and a half more exactly.
            mean, rung = self._said(output)
            return {"mean": mean, "index": tf.cast(_on_ladder(rung), tf.int32)}

        def context(known: tf.Tensor, mean: tf.Tensor, index: tf.Tensor) -> dict[str, tf.Tensor]:
            with exact.arithmetic():
                mean, rung = self._better(known, mean, tf.cast(index, tf.float32))
            return {"mean": mean, "index": tf.cast(rung, tf.int32)}

        def geometry() -> dict[str, tf.Tensor]:
            parts = {"hyper_reach": self.hyper_decoder, **({"context_reach": self.context} if self.context else {})}
            found = {name: tf.constant(compression.reach(part, 1)) for name, part in parts.items()}
            return {**plain["geometry"].call(), **found}

        plain = super().endpoints()
        numbers = plain["synthesis"].examples["latent"]
        few = np.resize(numbers, (1, 1, 2, self.coded_by_prior)).astype("int32")
        like = {name: tf.TensorSpec(latent.shape, tf.float32, name=name) for name in ("known", "mean")}
        index = tf.TensorSpec(latent.shape, tf.int32, name="index")
        wholes = {"known": numbers, "mean": numbers / 2, "index": np.abs(numbers).astype("int32")}
        refined = {"context": Endpoint(context, (*like.values(), index), examples=wholes)} if self.context else {}
        return {
            **plain,
            **refined,
            "geometry": Endpoint(geometry, ()),
            "hyper_analysis": Endpoint(hyper_analysis, (latent,), examples={"latent": numbers}),
            "hyper_synthesis": Endpoint(hyper_synthesis, (hyper,), examples={"hyper": few}),
        }

    def counts(self) -> list[tuple[np.ndarray, int]]:
        """Returns all tables of counts in order: those of the prior's channels, then those of the rungs of scales."""
        return [*super().counts(), *gaussian_conditional.tables()]

    def exact_parts(self) -> tuple[keras.Model, ...]:
        """Returns the parts that compute in whole numbers when a file is opened."""
        return (self.decoder, self.hyper_decoder, *([self.context] if self.context else []))


def _on_ladder(rung: tf.Tensor) -> tf.Tensor:
    """Returns rungs as the whole numbers that the ladder has."""
    inside = within(rung, 0.0, gaussian_conditional.RUNGS - 1.0)
    return straight(inside, ops.floor(inside + 0.5))


def _first(latent: tf.Tensor) -> tf.Tensor:
    """Returns 1 at the places that come first, where row and column sum to an even number, 0 at the others."""
    rows, columns = (ops.arange(ops.shape(latent)[axis]) for axis in (1, 2))
    return ops.cast((rows[:, None] + columns) % 2 == 0, "float32")[None, :, :, None]
