"""The self-test of a model: one short run of diffusers' own pipeline, kept beside the exported modules.

The node repeats it before it reports ready. The files have the format of a golden folder.
"""
import json
import os

import torch
from diffusers import WanPipeline
from diffusers.pipelines.wan.pipeline_wan import prompt_clean
from safetensors.torch import save_file

NEGATIVE = "blurry, low quality"
SEED = 4242


def tokens(pipe: WanPipeline, text: str, length: int):
    t = pipe.tokenizer([prompt_clean(text)], padding="max_length", max_length=length, truncation=True,
                       add_special_tokens=True, return_attention_mask=True, return_tensors="pt")
    return t.input_ids, t.attention_mask


@torch.no_grad()
def write(pipe: WanPipeline, model: str, out: str, *, prompt: str, width: int, height: int, frames: int, steps: int,
          guidance: float, max_tokens: int, device: str) -> dict:
    data = {}
    for what, text in (("prompt", prompt), ("negative", NEGATIVE)):
        ids, mask = tokens(pipe, text, max_tokens)
        data[what + "_input_ids"], data[what + "_attention_mask"] = ids.int(), mask.to(torch.uint8)
    embeds = pipe.encode_prompt(prompt, NEGATIVE, True, 1, max_sequence_length=max_tokens, device=device)
    for what, e in zip(("prompt", "negative"), embeds):
        n = int(data[what + "_attention_mask"].sum())
        data[what + "_embeds"] = e[:, :n].float().cpu()
    channels = pipe.vae.config.z_dim
    noise = torch.randn(1, channels, 1 + (frames - 1) // pipe.vae_scale_factor_temporal, height // pipe.vae_scale_factor_spatial,
                        width // pipe.vae_scale_factor_spatial, generator=torch.Generator().manual_seed(SEED))
    data["latents_0"] = noise

    def keep(_, i, __, kept):
        data["latents_%d" % (i + 1)] = kept["latents"].float().cpu().clone()
        return kept

    clip = pipe(prompt_embeds=embeds[0], negative_prompt_embeds=embeds[1], height=height, width=width, num_frames=frames,
                num_inference_steps=steps, guidance_scale=guidance, latents=noise.to(device), output_type="np",
                callback_on_step_end=keep).frames[0]
    data["frames"] = torch.from_numpy((clip * 255).round().astype("uint8"))
    os.makedirs(out, exist_ok=True)
    save_file({k: v.contiguous() for k, v in data.items()}, os.path.join(out, "self_test.safetensors"))
    golden = {"width": width, "height": height, "num_frames": frames, "steps": steps, "guidance_scale": guidance,
              "max_sequence_length": max_tokens, "torch": torch.__version__,
              "runs": {"self_test": {"prompt": prompt, "negative_prompt": NEGATIVE, "scheduler": "unipc", "model": model,
                                     "tokens": int(data["prompt_attention_mask"].sum()),
                                     "timesteps": pipe.scheduler.timesteps.float().tolist(),
                                     "sigmas": pipe.scheduler.sigmas.float().tolist()}}}
    with open(os.path.join(out, "golden.json"), "w", encoding="utf-8") as f:
        json.dump(golden, f, indent=1, ensure_ascii=False)
        f.write("\n")
    return data
