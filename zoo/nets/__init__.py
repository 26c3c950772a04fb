"""Encoders and decoders: of dense layers, of convolutions, U-shaped."""
