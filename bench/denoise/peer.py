"""diffusers' own pipeline: one warm-up clip, one measured clip; prints what Ours.java prints."""
import json
import re
import sys
import time

started = time.perf_counter()
import torch
from diffusers import WanPipeline


def main(model, threads, out):
    torch.set_num_threads(int(threads))
    pipe = WanPipeline.from_pretrained(model, dtype=torch.float32)
    pipe.set_progress_bar_config(disable=True)
    load = time.perf_counter() - started

    def clip():
        return pipe("a red ball bouncing on the beach", "blurry, low quality", height=96, width=160, num_frames=17,
                    num_inference_steps=20, guidance_scale=3.0, generator=torch.Generator().manual_seed(7), output_type="np").frames[0]

    clip()
    start = time.perf_counter()
    frames = (clip() * 255).round().astype("uint8")
    seconds = time.perf_counter() - start
    with open(out, "wb") as f:
        f.write(frames.tobytes())
    with open("/proc/self/status") as f:
        peak = int(re.search(r"VmHWM:\s+(\d+)", f.read()).group(1)) / 1024
    print(json.dumps({"load_s": round(load, 3), "clip_s": round(seconds, 4), "peak_mb": round(peak, 1)}))


main(*sys.argv[1:4])
