"""Writes the weights of an exported wan-tiny as a diffusers folder, so that both sides run the same model."""
import os
import sys

import torch
from diffusers import AutoencoderKLWan, UniPCMultistepScheduler, WanPipeline, WanTransformer3DModel
from tokenizers import Tokenizer
from transformers import PreTrainedTokenizerFast, UMT5Config, UMT5EncoderModel

import json


def state(model, name):
    return dict(torch.jit.load(os.path.join(model, name)).state_dict())


def fill(module, weights, keep=()):
    result = module.load_state_dict(weights, strict=False)
    missing = [k for k in result.missing_keys if not k.startswith(keep)] if keep else result.missing_keys
    if missing or result.unexpected_keys:
        raise SystemExit("convert.py: %s: missing %s, unexpected %s" % (type(module).__name__, missing, result.unexpected_keys))
    return module.eval()


def pair(out, to, source, name):
    out[to + ".weight"], out[to + ".bias"] = source[name + ".weight"], source[name + ".bias"]


def transformer(model, file, expert):
    s, out = state(model, file), {}
    width, layers = s["head.weight"].shape[1], 1 + max(int(k.split(".")[1]) for k in s if k.startswith("blocks."))
    for to, name in (("time_embedder.linear_1", "time1"), ("time_embedder.linear_2", "time2"), ("time_proj", "time_proj"),
                     ("text_embedder.linear_1", "text1"), ("text_embedder.linear_2", "text2")):
        pair(out, "condition_embedder." + to, s, name)
    pair(out, "proj_out", s, "head")
    channels = s["patch_weight"].shape[1] // 4
    out["patch_embedding.weight"], out["patch_embedding.bias"] = s["patch_weight"].view(width, channels, 1, 2, 2), s["patch_bias"]
    out["scale_shift_table"] = s["table"]
    for i in range(layers):
        b, t = "blocks.%d." % i, "blocks.%d." % i
        for kind in ("weight", "bias"):
            q, k, v = s[b + "attention.qkv." + kind].chunk(3)
            for name, value in (("q", q), ("k", k), ("v", v)):
                out[t + "attn1.to_%s.%s" % (name, kind)] = value
            k, v = s[b + "text.kv." + kind].chunk(2)
            out[t + "attn2.to_k." + kind], out[t + "attn2.to_v." + kind] = k, v
            out[t + "norm2." + kind] = s[b + "norm_" + kind]
        pair(out, t + "attn2.to_q", s, b + "text.q")
        for to, name in (("attn1", "attention"), ("attn2", "text")):
            pair(out, t + to + ".to_out.0", s, b + name + ".out")
            for n in "qk":
                out[t + to + ".norm_%s.weight" % n] = s[b + name + ".norm_%s.weight" % n]
        pair(out, t + "ffn.net.0.proj", s, b + "up")
        pair(out, t + "ffn.net.2", s, b + "down")
        out[t + "scale_shift_table"] = s[b + "table"]
    heads = 4
    head_dim = 2 * sum(s["turn_" + a].shape[1] for a in "thw")
    assert heads * head_dim == width, expert
    return fill(WanTransformer3DModel(num_attention_heads=heads, attention_head_dim=head_dim, in_channels=channels, out_channels=channels,
                                      text_dim=s["text1.weight"].shape[1], ffn_dim=s["blocks.0.up.weight"].shape[0], num_layers=layers), out)


def text_encoder(model):
    s, out = state(model, "text_encoder.pt"), {}
    vocabulary, width = s["embed.weight"].shape
    layers = 1 + max(int(k.split(".")[1]) for k in s if k.startswith("layers."))
    heads = s["layers.0.bias.weight"].shape[1]
    for i in range(layers):
        b, t = "layers.%d." % i, "encoder.block.%d.layer." % i
        for n in "qkvo":
            out[t + "0.SelfAttention.%s.weight" % n] = s[b + n + ".weight"]
        out[t + "0.SelfAttention.relative_attention_bias.weight"] = s[b + "bias.weight"]
        out[t + "0.layer_norm.weight"], out[t + "1.layer_norm.weight"] = s[b + "norm1.weight"], s[b + "norm2.weight"]
        for to, name in (("wi_0", "gate"), ("wi_1", "up"), ("wo", "down")):
            out[t + "1.DenseReluDense.%s.weight" % to] = s[b + name + ".weight"]
    out["shared.weight"], out["encoder.final_layer_norm.weight"] = s["embed.weight"], s["norm.weight"]
    encoder = UMT5EncoderModel(UMT5Config(
        vocab_size=vocabulary, d_model=width, d_kv=s["layers.0.q.weight"].shape[0] // heads, d_ff=s["layers.0.gate.weight"].shape[0],
        num_layers=layers, num_heads=heads, feed_forward_proj="gated-gelu", dropout_rate=0.0))
    return fill(encoder, out, keep=("encoder.embed_tokens",))


def vae(model, manifest):
    s, out = state(model, "vae.pt"), {}
    v = manifest["vae"]
    net = AutoencoderKLWan(base_dim=16, decoder_base_dim=24, z_dim=v["latent_channels"], dim_mult=[1, 2, 2, 2], num_res_blocks=1,
                           temperal_downsample=[False, True, True], latents_mean=v["latents_mean"], latents_std=v["latents_std"])
    shapes = {k: t.shape for k, t in net.state_dict().items()}

    def conv(to, name):  # [D, 3C, h, w] -> [D, C, 3, h, w], and [D, C] -> [D, C, 1, 1(, 1)]
        w = s[name + ".weight"]
        d, c = shapes[to + ".weight"][:2]
        out[to + ".weight"] = w.contiguous().view(d, 3, c, *w.shape[2:]).transpose(1, 2) if w.ndim == 4 and w.shape[1] == 3 * c else w.view(shapes[to + ".weight"])
        out[to + ".bias"] = s[name + ".bias"]

    def norm(to, name):
        gamma = s[name + ".gamma"]
        out[to + ".gamma"] = (gamma / gamma.numel() ** 0.5).view(shapes[to + ".gamma"])

    def residual(to, name):
        for n in "12":
            norm(to + ".norm" + n, name + ".norm" + n)
            conv(to + ".conv" + n, name + ".conv" + n)
        if to + ".conv_shortcut.weight" in shapes:
            conv(to + ".conv_shortcut", name + ".shortcut")

    conv("post_quant_conv", "post_quant")
    conv("decoder.conv_in", "conv_in")
    residual("decoder.mid_block.resnets.0", "before")
    residual("decoder.mid_block.resnets.1", "after")
    norm("decoder.mid_block.attentions.0.norm", "attention.norm")
    conv("decoder.mid_block.attentions.0.to_qkv", "attention.qkv")
    conv("decoder.mid_block.attentions.0.proj", "attention.out")
    for i in range(4):
        for r in range(2):
            residual("decoder.up_blocks.%d.resnets.%d" % (i, r), "ups.%d.resnets.%d" % (i, r))
        up = "decoder.up_blocks.%d.upsamplers.0" % i
        if up + ".resample.1.weight" in shapes:
            pair(out, up + ".resample.1", s, "ups.%d.conv" % i)
        if up + ".time_conv.weight" in shapes:
            conv(up + ".time_conv", "ups.%d.frames.conv" % i)
    norm("decoder.norm_out", "norm")
    conv("decoder.conv_out", "conv_out")
    return fill(net, {k: t.contiguous() for k, t in out.items()}, keep=("encoder.", "quant_conv."))


@torch.no_grad()
def main(model, target):
    with open(os.path.join(model, "manifest.json"), encoding="utf-8") as f:
        manifest = json.load(f)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer.from_file(os.path.join(model, "tokenizer/tokenizer.json")),
                                        pad_token="<pad>", eos_token="</s>", unk_token="<unk>", model_max_length=512)
    scheduler = UniPCMultistepScheduler(prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=manifest["scheduler"]["flow_shift"])
    WanPipeline(tokenizer=tokenizer, text_encoder=text_encoder(model), vae=vae(model, manifest), scheduler=scheduler,
                transformer=transformer(model, "transformer.pt", "high"), transformer_2=transformer(model, "transformer_2.pt", "low"),
                boundary_ratio=manifest["boundary_ratio"]).save_pretrained(target)


main(*sys.argv[1:3])
