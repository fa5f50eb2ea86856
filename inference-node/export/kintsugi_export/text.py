"""UMT5 encoder written so that TorchScript can script it (no tracing, so no baked shapes and no baked devices)."""
import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class RmsNorm(nn.Module):
    def __init__(self, source: nn.Module):
        super().__init__()
        self.weight = source.weight
        self.eps: float = float(source.variance_epsilon)

    def forward(self, x: Tensor) -> Tensor:
        y = x.float()
        y = y * torch.rsqrt(y.pow(2).mean(-1, keepdim=True) + self.eps)
        return self.weight * y.to(self.weight.dtype)


class Layer(nn.Module):
    """Self-attention with its own relative position bias, then the gated feed-forward."""

    def __init__(self, block: nn.Module, buckets: int, max_distance: int, heads: int):
        super().__init__()
        attention, ff = block.layer[0], block.layer[-1]
        self.norm1, self.norm2 = RmsNorm(attention.layer_norm), RmsNorm(ff.layer_norm)
        a = attention.SelfAttention
        self.q, self.k, self.v, self.o = a.q, a.k, a.v, a.o
        self.bias = a.relative_attention_bias
        d = ff.DenseReluDense
        self.gate, self.up, self.down = d.wi_0, d.wi_1, d.wo
        self.heads: int = heads
        self.half: int = buckets // 2
        self.max_distance: int = max_distance

    def position_bias(self, length: int, device: torch.device) -> Tensor:
        at = torch.arange(length, device=device)
        relative = at[None, :] - at[:, None]
        distance = relative.abs()
        exact = self.half // 2
        scale = (self.half - exact) / math.log(self.max_distance / exact)
        far = exact + (torch.log(distance.float().clamp_min(1.0) / exact) * scale).long()
        far = far.clamp_max(self.half - 1)
        bucket = (relative > 0).long() * self.half + torch.where(distance < exact, distance, far)
        return self.bias(bucket).permute(2, 0, 1).unsqueeze(0)

    def split(self, x: Tensor) -> Tensor:
        return x.view(x.shape[0], x.shape[1], self.heads, -1).transpose(1, 2)

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm1(x)
        q, k, v = self.split(self.q(y)), self.split(self.k(y)), self.split(self.v(y))
        scores = torch.matmul(q, k.transpose(-1, -2)) + self.position_bias(x.shape[1], x.device)
        y = torch.matmul(scores.float().softmax(-1).to(v.dtype), v)
        x = x + self.o(y.transpose(1, 2).reshape(x.shape[0], x.shape[1], -1))
        y = self.norm2(x)
        y = F.gelu(self.gate(y), approximate="tanh") * self.up(y)
        return x + self.down(y.to(self.down.weight.dtype)).to(x.dtype)


class TextEncoder(nn.Module):
    """(token ids int64 [1, L], no padding) -> float32 [1, L, width].

    Padding is left out on purpose: the pipeline replaces every row behind the last token by zeros anyway.
    """

    def __init__(self, encoder: nn.Module):
        super().__init__()
        c = encoder.config
        stack = encoder.encoder
        self.embed = encoder.shared
        self.layers = nn.ModuleList(
            Layer(b, c.relative_attention_num_buckets, c.relative_attention_max_distance, c.num_heads) for b in stack.block)
        self.norm = RmsNorm(stack.final_layer_norm)

    def forward(self, ids: Tensor) -> Tensor:
        x = self.embed(ids)
        for layer in self.layers:
            x = layer(x)
        return self.norm(x).float()
