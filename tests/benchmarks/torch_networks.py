"""The networks of `hourglass-cli bench` in PyTorch, with the tensor names that `bench --save` writes."""
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, mse_loss, relu


def chain(layers, h):
    """One layer after another, ReLU between, none after the last."""
    for index, layer in enumerate(layers):
        h = layer(relu(h) if index > 0 else h)
    return h


class DenseAutoencoder(nn.Module):
    """[N, 784] → [N, 784]: linear layers down to the code and back, no activation on the code, sigmoid at the end."""

    def __init__(self, sizes=(784, 512, 256, 32)):
        super().__init__()
        back = sizes[::-1]
        self.encoder = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))
        self.decoder = nn.ModuleList(nn.Linear(a, b) for a, b in zip(back, back[1:]))

    def forward(self, x):
        return torch.sigmoid(chain(self.decoder, chain(self.encoder, x)))


class VariationalAutoencoder(nn.Module):
    """[N, 784] → logits, mean and log-variance of the code: one product for both heads, one sample of each code."""

    def __init__(self, sizes=(784, 400), code=20):
        super().__init__()
        self.code = code
        self.encoder = nn.ModuleList([nn.Linear(*sizes), nn.Linear(sizes[1], 2 * code)])
        self.decoder = nn.ModuleList([nn.Linear(code, sizes[1]), nn.Linear(*sizes[::-1])])

    def forward(self, x):
        mean, log_variance = chain(self.encoder, x).split(self.code, dim=1)
        z = mean + torch.randn_like(mean) * torch.exp(0.5 * log_variance)
        return chain(self.decoder, z), mean, log_variance


def negative_elbo(outputs, x):
    """Bernoulli likelihood, summed over elements and averaged over samples."""
    logits, mean, log_variance = outputs
    divergence = -0.5 * torch.sum(1 + log_variance - mean.square() - log_variance.exp())
    return (binary_cross_entropy_with_logits(logits, x, reduction="sum") + divergence) / len(x)


def convolution(inputs, outputs, stride=1):
    return nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1)


class DnCnn(nn.Module):
    """[N, 1, H, W] → the same: 3×3 convolutions, ReLU between."""

    def __init__(self, depth=8, channels=64):
        super().__init__()
        widths = [1] + [channels] * (depth - 1) + [1]
        self.layer = nn.ModuleList(convolution(a, b) for a, b in zip(widths, widths[1:]))

    def forward(self, x):
        return chain(self.layer, x)


class UNet(nn.Module):
    """[N, 1, H, W] → the same: two levels down by strided convolutions, up by transposed ones, each joined by what was
    there on the way down; predicts what to take away from x. H and W are multiples of 4."""

    def __init__(self, a=32, b=64, c=128):
        super().__init__()
        self.i, self.i2 = convolution(1, a), convolution(a, a)
        self.d1, self.e1 = convolution(a, b, stride=2), convolution(b, b)
        self.d2, self.e2 = convolution(b, c, stride=2), convolution(c, c)
        self.u1, self.f1 = nn.ConvTranspose2d(c, b, 2, stride=2), convolution(2 * b, b)
        self.u2, self.f2 = nn.ConvTranspose2d(b, a, 2, stride=2), convolution(2 * a, a)
        self.o = convolution(a, 1)

    def forward(self, x):
        full = relu(chain((self.i, self.i2), x))
        half = relu(chain((self.d1, self.e1), full))
        h = relu(chain((self.d2, self.e2), half))
        h = relu(self.f1(torch.cat((self.u1(h), half), dim=1)))
        h = relu(self.f2(torch.cat((self.u2(h), full), dim=1)))
        return x - self.o(h)


NETWORKS = {
    "dense_ae_b128": DenseAutoencoder,
    "dense_ae_b1024": DenseAutoencoder,
    "vae_b128": VariationalAutoencoder,
    "dncnn8_train_b32_40": DnCnn,
    "unet_train_b32_64": UNet,
    "dncnn8_infer_1024_px": DnCnn,
    "unet_infer_1024_px": UNet,
}
LOSSES = {name: mse_loss for name in NETWORKS} | {"vae_b128": negative_elbo}
