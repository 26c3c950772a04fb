"""Pythae: its `AE` with our layers as encoder and decoder, trained by its `BaseTrainer`.

What differs: its autoencoder offers squared error only, so that the one method with the loss is replaced by binary
cross-entropy. An epoch's time has in it what the trainer does then: it copies the model when the loss has fallen.
"""

import tempfile
import time
from importlib.metadata import version

import torch
from pythae.data.datasets import BaseDataset
from pythae.models import AE, AEConfig
from pythae.models.base.base_utils import ModelOutput
from pythae.models.nn import BaseDecoder, BaseEncoder
from pythae.trainers import BaseTrainer, BaseTrainerConfig
from pythae.trainers.training_callbacks import TrainingCallback

from benchmarks.contenders import _torch
from benchmarks.contenders._job import LEARNING_RATE, Job, Result, main


class Encoder(BaseEncoder):
    """From the input to the code."""

    def __init__(self, layers: torch.nn.Sequential) -> None:
        super().__init__()
        self.layers = layers

    def forward(self, x: torch.Tensor) -> ModelOutput:
        """Returns the code."""
        return ModelOutput(embedding=self.layers(x))


class Decoder(BaseDecoder):
    """From the code to the reconstruction."""

    def __init__(self, layers: torch.nn.Sequential) -> None:
        super().__init__()
        self.layers = layers

    def forward(self, code: torch.Tensor) -> ModelOutput:
        """Returns the reconstruction."""
        return ModelOutput(reconstruction=self.layers(code))


class CrossEntropyAE(AE):
    """Pythae's autoencoder, with binary cross-entropy, mean over pixels."""

    def loss_function(self, recon_x: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        """Returns the loss."""
        return torch.nn.functional.binary_cross_entropy(recon_x, x)


class Clock(TrainingCallback):
    """Notes the seconds and the loss of each epoch."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.losses: list[float] = []

    def on_epoch_begin(self, training_config: BaseTrainerConfig, **_: object) -> None:
        """Starts."""
        self._began = time.perf_counter()

    def on_epoch_end(self, training_config: BaseTrainerConfig, **_: object) -> None:
        """Stops."""
        self.seconds.append(time.perf_counter() - self._began)

    def on_log(self, training_config: BaseTrainerConfig, logs: dict[str, float], **_: object) -> None:
        """Keeps the loss."""
        self.losses.append(float(logs["train_epoch_loss"]))


def train(job: Job) -> Result:
    """Trains."""
    torch.manual_seed(job.seed)
    x = torch.from_numpy(job.load())
    layers = _torch.build(job.widths)
    half = len(layers) // 2
    model = CrossEntropyAE(
        AEConfig(input_dim=job.widths[:1], latent_dim=job.widths[len(job.widths) // 2]),
        Encoder(layers[:half]),
        Decoder(layers[half:]),
    )
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        config = BaseTrainerConfig(
            output_dir=folder,
            num_epochs=job.epochs,
            per_device_train_batch_size=job.batch_size,
            learning_rate=LEARNING_RATE,
            optimizer_cls="Adam",
            seed=job.seed,
        )
        BaseTrainer(model, BaseDataset(x, torch.zeros(len(x))), training_config=config, callbacks=[clock]).train()
    versions = {"pythae": version("pythae"), "torch": torch.__version__}
    return Result(clock.seconds, clock.losses, _torch.parameters(model), versions)


if __name__ == "__main__":
    main(train)
