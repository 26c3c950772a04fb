"""What the PyTorch contenders share: the network."""

from itertools import pairwise

import torch


def build(widths: tuple[int, ...]) -> torch.nn.Sequential:
    """Returns the network, with a sigmoid at its end."""
    layers: list[torch.nn.Module] = []
    for before, width in pairwise(widths):
        layers += [torch.nn.Linear(before, width), torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1], torch.nn.Sigmoid())


def parameters(model: torch.nn.Module) -> int:
    """Returns how many weights and biases there are."""
    return sum(parameter.numel() for parameter in model.parameters())
