"""One Wan expert written so that TorchScript can script it, with what repeats in every step folded away.

Differences from diffusers' WanTransformer3DModel, all of them exact up to rounding:
 * the timestep is one number for the whole batch, so the modulations become weight and bias of the layer norms;
 * q, k and v of the self-attention are one matrix; rotary embedding is one complex multiplication;
 * the patch embedding, whose kernel equals its stride, is a matrix product;
 * the text may come with its repeated rows merged: every row carries the logarithm of how often it occurs, which is
   added to its attention score. The 512-row text of a short prompt is almost only padding zeros, hence far shorter.
"""
from typing import List

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class HeadNorm(nn.Module):
    """RMS norm over all heads together, as Wan does before it splits them."""

    def __init__(self, source: nn.Module):
        super().__init__()
        self.weight = source.weight
        self.eps: float = float(source.eps)

    def forward(self, x: Tensor) -> Tensor:
        y = x.float()
        size = torch.linalg.vector_norm(y, 2.0, [-1], True)
        scale = torch.rsqrt(size * size / float(x.shape[-1]) + self.eps)
        return (y * scale).to(x.dtype) * self.weight


def joined(*layers: nn.Linear) -> nn.Linear:
    first = layers[0]
    with torch.device("meta"):
        out = nn.Linear(first.in_features, sum(a.out_features for a in layers))
    out.weight = nn.Parameter(torch.cat([a.weight.data for a in layers]), requires_grad=False)
    out.bias = nn.Parameter(torch.cat([a.bias.data for a in layers]), requires_grad=False)
    return out


class SelfAttention(nn.Module):
    def __init__(self, source: nn.Module):
        super().__init__()
        self.qkv, self.out = joined(source.to_q, source.to_k, source.to_v), source.to_out[0]
        source.to_q = source.to_k = source.to_v = None  # a 14 B expert must not keep both copies
        self.norm_q, self.norm_k = HeadNorm(source.norm_q), HeadNorm(source.norm_k)
        self.heads: int = source.heads

    def rotate(self, x: Tensor, turn: Tensor) -> Tensor:
        pairs = x.float().view(x.shape[0], x.shape[1], self.heads, -1, 2)
        turned = torch.view_as_real(torch.view_as_complex(pairs) * turn)
        return turned.flatten(3).to(x.dtype).transpose(1, 2)

    def forward(self, x: Tensor, turn: Tensor) -> Tensor:
        q, k, v = self.qkv(x).chunk(3, -1)
        q, k = self.rotate(self.norm_q(q), turn), self.rotate(self.norm_k(k), turn)
        v = v.view(x.shape[0], x.shape[1], self.heads, -1).transpose(1, 2)
        y = F.scaled_dot_product_attention(q, k, v)
        return self.out(y.transpose(1, 2).flatten(2))


class TextAttention(nn.Module):
    def __init__(self, source: nn.Module):
        super().__init__()
        self.q, self.kv, self.out = source.to_q, joined(source.to_k, source.to_v), source.to_out[0]
        source.to_k = source.to_v = None
        self.norm_q, self.norm_k = HeadNorm(source.norm_q), HeadNorm(source.norm_k)
        self.heads: int = source.heads

    def split(self, x: Tensor) -> Tensor:
        return x.view(x.shape[0], x.shape[1], self.heads, -1).transpose(1, 2)

    def forward(self, x: Tensor, text: Tensor, log_count: Tensor) -> Tensor:
        k, v = self.kv(text).chunk(2, -1)
        q, k = self.split(self.norm_q(self.q(x))), self.split(self.norm_k(k))
        y = F.scaled_dot_product_attention(q, k, self.split(v), log_count.to(x.dtype))
        return self.out(y.transpose(1, 2).flatten(2))


class Block(nn.Module):
    def __init__(self, source: nn.Module):
        super().__init__()
        self.attention, self.text = SelfAttention(source.attn1), TextAttention(source.attn2)
        self.up, self.down = source.ffn.net[0].proj, source.ffn.net[2]
        self.table = source.scale_shift_table
        self.norm_weight, self.norm_bias = source.norm2.weight, source.norm2.bias
        self.eps: float = float(source.norm1.eps)
        self.norm2_eps: float = float(source.norm2.eps)
        self.width: int = source.scale_shift_table.shape[-1]

    def norm(self, x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
        return F.layer_norm(x.float(), [self.width], weight.float(), bias.float(), eps).to(x.dtype)

    def add(self, x: Tensor, change: Tensor, gate: Tensor) -> Tensor:
        return torch.addcmul(x.float(), change.float(), gate).to(x.dtype)

    def forward(self, x: Tensor, text: Tensor, log_count: Tensor, modulation: Tensor, turn: Tensor) -> Tensor:
        shift, scale, gate, ff_shift, ff_scale, ff_gate = (self.table[0] + modulation.float()).unbind(0)
        y = self.norm(x, 1.0 + scale, shift, self.eps)
        x = self.add(x, self.attention(y, turn), gate)
        x = x + self.text(self.norm(x, self.norm_weight, self.norm_bias, self.norm2_eps), text, log_count)
        y = self.norm(x, 1.0 + ff_scale, ff_shift, self.eps)
        return self.add(x, self.down(F.gelu(self.up(y), approximate="tanh")), ff_gate)


class Denoiser(nn.Module):
    """(latents f32 [B,C,F,H,W], timestep f32 [1], text f32 [B,L,T], log_count f32 [B,L]) -> velocity f32 [B,C,F,H,W]."""

    def __init__(self, model: nn.Module):
        super().__init__()
        c = model.config
        if c.image_dim is not None or c.added_kv_proj_dim is not None or not c.cross_attn_norm:
            raise ValueError("transformer/config.json: only text-to-video Wan transformers are supported "
                             "(image_dim and added_kv_proj_dim null, cross_attn_norm true)")
        self.pt, self.ph, self.pw = (int(v) for v in c.patch_size)
        self.out_channels: int = int(c.out_channels or c.in_channels)
        e = model.condition_embedder
        half = c.freq_dim // 2
        self.register_buffer("rate", torch.exp(-torch.log(torch.tensor(10000.0)) * torch.arange(half).float() / half))
        self.time1, self.time2, self.time_proj = e.time_embedder.linear_1, e.time_embedder.linear_2, e.time_proj
        self.text1, self.text2 = e.text_embedder.linear_1, e.text_embedder.linear_2
        p = model.patch_embedding
        self.patch_weight = nn.Parameter(p.weight.data.flatten(1), requires_grad=False)
        self.patch_bias = p.bias
        r = model.rope
        cos = r.freqs_cos.float().split([r.t_dim, r.h_dim, r.w_dim], 1)
        sin = r.freqs_sin.float().split([r.t_dim, r.h_dim, r.w_dim], 1)
        for name, a, b in zip("thw", cos, sin):
            self.register_buffer("turn_" + name, torch.stack([a[:, 0::2], b[:, 1::2]], -1).contiguous())
        self.blocks = nn.ModuleList(Block(b) for b in model.blocks)
        self.table = model.scale_shift_table
        self.eps: float = float(model.norm_out.eps)
        self.width: int = self.table.shape[-1]
        self.head = model.proj_out

    def turns(self, frames: int, rows: int, columns: int) -> Tensor:
        shape: List[int] = [frames, rows, columns, -1, 2]
        t = self.turn_t[:frames].view(frames, 1, 1, -1, 2).expand(shape)
        h = self.turn_h[:rows].view(1, rows, 1, -1, 2).expand(shape)
        w = self.turn_w[:columns].view(1, 1, columns, -1, 2).expand(shape)
        all_axes = torch.cat([t, h, w], 3).reshape(1, frames * rows * columns, 1, -1, 2)
        return torch.view_as_complex(all_axes)

    def forward(self, latents: Tensor, timestep: Tensor, text: Tensor, log_count: Tensor) -> Tensor:
        dtype = self.head.weight.dtype
        batch, channels = latents.shape[0], latents.shape[1]
        f, h, w = latents.shape[2] // self.pt, latents.shape[3] // self.ph, latents.shape[4] // self.pw
        turn = self.turns(f, h, w)
        x = latents.view(batch, channels, f, self.pt, h, self.ph, w, self.pw).permute(0, 2, 4, 6, 1, 3, 5, 7)
        x = F.linear(x.reshape(batch, f * h * w, -1).to(dtype), self.patch_weight, self.patch_bias)
        angle = timestep.float() * self.rate
        wave = torch.cat([angle.cos(), angle.sin()], 0).to(self.time1.weight.dtype)
        time = self.time2(F.silu(self.time1(wave))).to(dtype)
        modulation = self.time_proj(F.silu(time)).view(6, -1)
        words = self.text2(F.gelu(self.text1(text.to(dtype)), approximate="tanh"))
        bias = log_count.view(batch, 1, 1, -1)
        for block in self.blocks:
            x = block(x, words, bias, modulation, turn)
        shift, scale = (self.table[0] + time).float().unbind(0)
        x = self.head(F.layer_norm(x.float(), [self.width], 1.0 + scale, shift, self.eps).to(dtype)).float()
        x = x.view(batch, f, h, w, self.pt, self.ph, self.pw, self.out_channels)
        return x.permute(0, 7, 1, 4, 2, 5, 3, 6).reshape(batch, self.out_channels, f * self.pt, h * self.ph, w * self.pw)
