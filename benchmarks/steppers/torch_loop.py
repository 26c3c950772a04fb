"""PyTorch: the same networks, channels last; rows by index, Adam's fused kernel, bfloat16 by autocast."""

import contextlib
import time
from itertools import pairwise
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from benchmarks.steppers._job import LEARNING_RATE, SIGMA, Job, main, milliseconds

AVERAGE = 0.99  # the restorer's weights that are kept, of its optimizer
CLIPPED = 0.05


class Residual(nn.Module):
    """A residual block of two convolutions."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        """Returns the map and what the block adds to it."""
        return z + self.second(torch.relu(self.first(z)))


class Convolutional(nn.Sequential):
    """The network of `zoo.build("convolutional", (28, 28), blocks=1)`, to its logits."""

    def __init__(self) -> None:
        up = {"stride": 2, "padding": 1, "output_padding": 1}
        super().__init__(
            *(nn.Conv2d(1, 32, 3, stride=2, padding=1), nn.ReLU(), Residual(32)),
            *(nn.Conv2d(32, 64, 3, stride=2, padding=1), nn.ReLU(), Residual(64)),
            *(nn.Flatten(), nn.Linear(64 * 49, 32), nn.Linear(32, 64 * 49), nn.ReLU(), nn.Unflatten(1, (64, 7, 7))),
            *(Residual(64), nn.ConvTranspose2d(64, 32, 3, **up), nn.ReLU()),
            *(Residual(32), nn.ConvTranspose2d(32, 1, 3, **up)),
        )


class Restorer(nn.Module):
    """The network of `zoo.build("restorer", (None, None, 1))`."""

    def __init__(self, filters: tuple[int, ...] = (32, 64, 96), blocks: tuple[int, ...] = (2, 2, 1)) -> None:
        super().__init__()
        widths = list(pairwise((4, *filters)))
        self.down = nn.ModuleList(
            nn.Conv2d(a, b, 3, padding=1, stride=2 if level else 1) for level, (a, b) in enumerate(widths)
        )
        self.up = nn.ModuleList(nn.Conv2d(b, 4 * a, 1) for a, b in pairwise(filters))
        self.before, self.after = (
            nn.ModuleList(
                nn.Sequential(*(Residual(width) for _ in range(count)))
                for width, count in zip(filters, blocks, strict=True)
            )
            for _ in range(2)
        )
        self.last = nn.Conv2d(filters[0], 4, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Returns the restored pictures."""
        z, maps = functional.pixel_unshuffle(x, 2), []
        for down, before in zip(self.down, self.before, strict=True):
            z = before(down(z))
            maps.append(z)
        z = self.after[-1](z)
        for level in reversed(range(len(self.up))):
            z = self.after[level](functional.pixel_shuffle(self.up[level](z), 2) + maps[level])
        return x + functional.pixel_shuffle(self.last(z).float(), 2)


def deep() -> nn.Sequential:
    """Returns the network of `zoo.build("deep", (784,))`, to its logits."""
    widths = (784, 1000, 500, 250, 30, 250, 500, 1000, 784)
    layers: list[nn.Module] = []
    for before, width in pairwise(widths):
        layers += [nn.Linear(before, width), nn.Identity() if width == widths[4] else nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def build(network: str) -> nn.Module:
    """Returns the network."""
    made = {"convolutional": Convolutional, "restorer": Restorer, "deep": deep}[network]()
    return made.to(memory_format=torch.channels_last)


def parameters(model: nn.Module) -> int:
    """Returns how many weights and biases there are."""
    return sum(parameter.numel() for parameter in model.parameters())


def train(job: Job) -> dict[str, Any]:
    """Trains two epochs, of which the second one is timed."""
    torch.manual_seed(job.seed)
    x, model = _samples(job), build(job.network)
    restorer = job.network == "restorer"
    optimizer = torch.optim.Adam(
        model.parameters(), lr=LEARNING_RATE, fused=True, **({"betas": (0.9, 0.99), "eps": 1e-9} if restorer else {})
    )
    averages = [parameter.detach().clone() for parameter in model.parameters()]
    seconds = []
    for _ in range(2):
        began = time.perf_counter()
        for index in torch.randperm(len(x)).split(job.batch_size):
            batch = x[index].contiguous(memory_format=torch.channels_last)
            optimizer.zero_grad()
            with _precision(job):
                if restorer:
                    found = model(batch + SIGMA * torch.randn_like(batch))
                    loss = functional.mse_loss(found, batch)
                else:
                    loss = functional.binary_cross_entropy_with_logits(model(batch).float(), batch)
            loss.backward()
            if restorer:
                torch.nn.utils.clip_grad_norm_(model.parameters(), CLIPPED)
            optimizer.step()
            if restorer:
                torch._foreach_lerp_(averages, [parameter.detach() for parameter in model.parameters()], 1 - AVERAGE)
        seconds.append(time.perf_counter() - began)
    return {"speed": len(x) / seconds[1], "parameters": parameters(model), "versions": {"torch": torch.__version__}}


def answer(job: Job) -> dict[str, Any]:
    """Times the answers to all samples at once, in milliseconds."""
    x, model = _samples(job), build(job.network).eval()

    def call() -> torch.Tensor:
        with torch.inference_mode(), _precision(job):
            found = model(x)
            return (found if job.network == "restorer" else torch.sigmoid(found)).numpy()

    times = {"torch": milliseconds(call)}
    return {"milliseconds": times, "parameters": parameters(model), "versions": {"torch": torch.__version__}}


def _samples(job: Job) -> torch.Tensor:
    x = torch.from_numpy(job.samples())
    if job.network == "deep":
        return x
    pictures = x[:, None] if x.dim() == 3 else x.permute(0, 3, 1, 2)
    return pictures.contiguous(memory_format=torch.channels_last)


def _precision(job: Job) -> contextlib.AbstractContextManager:
    return torch.autocast("cpu", torch.bfloat16) if job.precision == "bfloat16" else contextlib.nullcontext()


if __name__ == "__main__":
    main(lambda job: train(job) if job.batch_size else answer(job))
