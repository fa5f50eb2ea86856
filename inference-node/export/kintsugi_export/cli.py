"""python -m kintsugi_export --source DIFFUSERS_DIR --out DIR: see README.md."""
import argparse
import json
import os
import shutil
import sys

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import diffusers
import torch
import transformers
from diffusers import AutoencoderKLWan, UniPCMultistepScheduler, WanPipeline, WanTransformer3DModel

from . import archive, reference
from .denoiser import Denoiser
from .text import TextEncoder
from .vae import Decoder

FORMAT_VERSION = 1
DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}
# How far a port may be from this run, at most. float32: four times what differs between SSE4, AVX2 and AVX-512 kernels.
# bfloat16: wan-tiny differs by 0.57 and 112 after four guided steps, while both are equally far from float32.
TOLERANCE = {"float32": {"latents": 1e-4, "frames": 1}, "bfloat16": {"latents": 1.0, "frames": 160}}


def arguments(argv):
    p = argparse.ArgumentParser(prog="kintsugi_export", description="Turns a diffusers folder of the Wan text-to-video "
                                "family into TorchScript modules and manifest.json.")
    p.add_argument("--source", required=True, help="diffusers folder (model_index.json inside)")
    p.add_argument("--out", required=True, help="model directory to write; must be empty or absent")
    p.add_argument("--base", help="exported model directory whose tokenizer, text encoder and VAE a lite model uses; must lie beside --out")
    p.add_argument("--base-source", help="diffusers folder of the base, needed with --base")
    p.add_argument("--dtype", choices=DTYPES, default="float32", help="dtype of text encoder and transformers (the VAE stays float32)")
    p.add_argument("--device", default="cpu", help="cpu or cuda: where the self-test reference is computed")
    p.add_argument("--pack", action="store_true", help="deflate the archives (for weights that were float16 once)")
    p.add_argument("--settings", required=True, help="JSON file: name, version, licence, origin, defaults, limits, quality, self_test")
    return p.parse_args(argv)


def fail(message):
    print("kintsugi_export: " + message, file=sys.stderr)
    return 2


def pipeline(args) -> WanPipeline:
    """The whole pipeline; a lite folder brings only transformer and scheduler, the rest comes from its base."""
    dtype = DTYPES[args.dtype]
    extra = {}
    source = args.source
    if args.base:
        extra = dict(transformer=WanTransformer3DModel.from_pretrained(source, subfolder="transformer", dtype=dtype),
                     transformer_2=None,
                     scheduler=UniPCMultistepScheduler.from_pretrained(source, subfolder="scheduler"))
        source = args.base_source
    pipe = WanPipeline.from_pretrained(source, dtype=dtype, vae=AutoencoderKLWan.from_pretrained(source, subfolder="vae", dtype=torch.float32), **extra)
    pipe.set_progress_bar_config(disable=True)
    if args.base:
        pipe.register_to_config(boundary_ratio=None)
    return pipe.to(args.device)


def scheduler_section(pipe) -> dict:
    c = pipe.scheduler.config
    expected = dict(prediction_type="flow_prediction", use_flow_sigmas=True, solver_order=2, solver_type="bh2",
                    predict_x0=True, lower_order_final=True, final_sigmas_type="zero")
    for key, value in expected.items():
        if c[key] != value:
            raise ValueError("scheduler/scheduler_config.json: %s is %r, this pipeline implements %r" % (key, c[key], value))
    return {"kind": "unipc", "num_train_timesteps": c.num_train_timesteps, "flow_shift": c.flow_shift}


def export_shared(pipe, out, pack) -> dict:
    """Tokenizer, text encoder and VAE, which a lite model takes from its base."""
    os.makedirs(os.path.join(out, "tokenizer"))
    pipe.tokenizer.backend_tokenizer.save(os.path.join(out, "tokenizer", "tokenizer.json"))
    archive.write(TextEncoder(pipe.text_encoder), os.path.join(out, "text_encoder.pt"), pack)
    archive.write(Decoder(pipe.vae), os.path.join(out, "vae.pt"), pack)
    v = pipe.vae.config
    return {"text": {"tokenizer": "tokenizer/tokenizer.json", "encoder": "text_encoder.pt", "max_tokens": 512,
                     "width": pipe.text_encoder.config.d_model},
            "vae": {"decoder": "vae.pt", "temporal_stride": v.scale_factor_temporal, "spatial_stride": v.scale_factor_spatial,
                    "latent_channels": v.z_dim, "latents_mean": list(v.latents_mean), "latents_std": list(v.latents_std)}}


def export_experts(pipe, out, pack) -> list:
    experts = [("high", "transformer", "transformer.pt"), ("low", "transformer_2", "transformer_2.pt")]
    if pipe.transformer_2 is None:
        experts = [("lite", "transformer", "transformer.pt")]
    section = []
    for name, attribute, file in experts:
        model = getattr(pipe, attribute)
        pipe.register_modules(**{attribute: None})  # one expert at a time in memory, where they are large
        section.append({"name": name, "transformer": file, "patch": list(model.config.patch_size),
                        "max_positions": model.config.rope_max_seq_len})
        archive.write(Denoiser(model).cpu(), os.path.join(out, file), pack)
        del model
    return section


def main(argv=None) -> int:
    args = arguments(argv)
    if os.path.isdir(args.out) and os.listdir(args.out):
        return fail("--out %s is not empty" % args.out)
    if bool(args.base) != bool(args.base_source):
        return fail("--base and --base-source go together")
    if args.base and os.path.dirname(os.path.abspath(args.base)) != os.path.dirname(os.path.abspath(args.out)):
        return fail("--base must lie beside --out, because the manifest names it by a relative path")
    for needed in ("transformer", "scheduler"):
        if not os.path.isdir(os.path.join(args.source, needed)):
            return fail("--source %s has no folder %s" % (args.source, needed))
    with open(args.settings, encoding="utf-8") as f:
        settings = json.load(f)
    try:
        export(args, settings)
    except ValueError as e:
        shutil.rmtree(args.out, ignore_errors=True)
        return fail(str(e))
    return 0


def export(args, settings) -> None:
    torch.set_grad_enabled(False)
    pipe = pipeline(args)
    manifest = {"format_version": FORMAT_VERSION, **{k: settings[k] for k in ("name", "version", "licence", "origin")},
                "dtype": args.dtype, "boundary_ratio": pipe.config.boundary_ratio, "scheduler": scheduler_section(pipe)}
    test = settings["self_test"]
    reference.write(pipe, settings["name"], os.path.join(args.out, "self_test"), max_tokens=512, device=args.device, **test)
    manifest["self_test"] = {"golden": "self_test", "tolerance": TOLERANCE[args.dtype]}
    if args.base:
        base = os.path.join(args.base, "manifest.json")
        manifest["base"] = {"directory": "../" + os.path.basename(os.path.abspath(args.base)), "manifest_sha256": archive.manifest_digest(base)}
    else:
        manifest.update(export_shared(pipe, args.out, args.pack))
    manifest["experts"] = export_experts(pipe, args.out, args.pack)
    manifest.update({k: settings[k] for k in ("defaults", "limits", "quality")})
    manifest["exported_with"] = {"torch": torch.__version__, "diffusers": diffusers.__version__, "transformers": transformers.__version__}
    for p in written(args.out):
        os.chmod(os.path.join(args.out, p), 0o644)  # safetensors writes 0600, which no other user of a shared volume can read
    manifest["files"] = [dict(path=p, **archive.digest(os.path.join(args.out, p))) for p in written(args.out)]
    with open(os.path.join(args.out, "manifest.json"), "w", encoding="utf-8") as f:
        json.dump(manifest, f, indent=2, ensure_ascii=False)
        f.write("\n")
    print("%s %s: %d files, %.1f MB in %s" % (manifest["name"], manifest["version"], len(manifest["files"]),
                                             sum(e["size"] for e in manifest["files"]) / 1e6, args.out))


def written(out) -> list:
    found = (os.path.relpath(os.path.join(folder, f), out) for folder, _, files in os.walk(out) for f in files)
    return sorted(p.replace(os.sep, "/") for p in found)
