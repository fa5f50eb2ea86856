"""The clips behind docs/quality-gate.md: good ones, and the same with defects planted, measured by the node's own gate.

Frames go through a pipe to `inference-node measure`; only its statistics are kept. Nothing here judges: that is core.quality's,
in the test that recomputes the table.

    python study.py rendered  --world DIR --measure CMD --out data [--good N] [--calibration N] [--defective N]
    python study.py generated --frames DIR --measure CMD --out data
    python study.py prompts   --world DIR --clips N          # what the generated clips were asked for
"""
import argparse
import gzip
import os
import shlex
import subprocess
import sys
import threading

import cv2
import numpy as np

SHAPES = [(160, 96, 17)] * 5 + [(160, 96, 9)] * 2 + [(96, 64, 17)] * 2 + [(96, 64, 9)]  # in turns


# --------------------------------------------------------------------------- defects: clip, generator, another clip -> clip
def one_frame(change):
    """A change of one frame that is neither the first nor the last."""
    def plant(clip, rng, other):
        out = clip.copy()
        at = int(rng.integers(1, len(clip) - 1))
        out[at] = np.clip(change(clip[at].astype(np.float32), rng), 0, 255).astype(np.uint8)
        return out
    return plant


def all_frames(change):
    def plant(clip, rng, other):
        return np.stack([np.clip(change(f.astype(np.float32), rng), 0, 255).astype(np.uint8) for f in clip])
    return plant


def toward_mean(share):
    return lambda f, rng: f.mean((0, 1)) + share * (f - f.mean((0, 1)))


def noise(deviation):
    return lambda f, rng: np.round(f + rng.normal(0, deviation, f.shape[:2])[..., None])


def blur(deviation):
    return lambda f, rng: cv2.GaussianBlur(f, (0, 0), deviation)


def mosaic(side):
    def change(f, rng):
        h, w = f.shape[:2]
        return cv2.resize(cv2.resize(f, (w // side, h // side), interpolation=cv2.INTER_AREA), (w, h), interpolation=cv2.INTER_NEAREST)
    return change


def patches(f, rng):
    h, w = f.shape[:2]
    cells = f.reshape(h // 16, 16, w // 16, 16, 3).transpose(0, 2, 1, 3, 4).reshape(-1, 16, 16, 3)
    cells = cells[rng.permutation(len(cells))].reshape(h // 16, w // 16, 16, 16, 3)
    return cells.transpose(0, 2, 1, 3, 4).reshape(h, w, 3)


def held(share, deviation=0.0):
    """The last share of the pairs shows the same frame, with fresh noise where a deviation is given."""
    def plant(clip, rng, other):
        out = clip.copy()
        first = len(clip) - 1 - round(share * (len(clip) - 1))
        out[first:] = clip[first]
        if deviation:
            noisy = out[first:] + rng.normal(0, deviation, out[first:].shape[:3])[..., None]
            out[first:] = np.clip(np.round(noisy), 0, 255).astype(np.uint8)
        return out
    return plant


def flicker(share):
    """Every second frame is brighter by this share."""
    def plant(clip, rng, other):
        out = clip.astype(np.float32)
        out[1::2] *= 1 + share
        return np.clip(np.round(out), 0, 255).astype(np.uint8)
    return plant


def cut(clip, rng, other):
    return np.concatenate([clip[:len(clip) // 2], other[len(clip) // 2:]])


def insert(clip, rng, other):
    out = clip.copy()
    at = int(rng.integers(1, len(clip) - 1))
    out[at] = other[at]
    return out


def mirror(clip, rng, other):
    return np.concatenate([clip[:len(clip) // 2], clip[len(clip) // 2:, :, ::-1]])


DEFECTS = {
    "black/one frame": one_frame(lambda f, rng: f * 0),
    "black/one frame at 10 % light": one_frame(lambda f, rng: f * .10),
    "black/one frame at 25 % light": one_frame(lambda f, rng: f * .25),
    "black/all frames at 5 % light": all_frames(lambda f, rng: f * .05),
    "constant/one frame": one_frame(toward_mean(0)),
    "constant/one frame at 5 % contrast": one_frame(toward_mean(.05)),
    "constant/all frames": all_frames(toward_mean(0)),
    "frozen/last 25 %": held(.25),
    "frozen/last 50 %": held(.5),
    "frozen/last 50 % under noise of 0.5": held(.5, .5),
    "frozen/all": held(1),
    "flicker/1 %": flicker(.01),
    "flicker/2 %": flicker(.02),
    "flicker/4 %": flicker(.04),
    "flicker/8 %": flicker(.08),
    "flash/10 %": one_frame(lambda f, rng: f * 1.1),
    "flash/25 %": one_frame(lambda f, rng: f * 1.25),
    "jump/to another clip": cut,
    "jump/one frame of another clip": insert,
    "jump/to its mirror image": mirror,
    "noise/2": all_frames(noise(2)),
    "noise/4": all_frames(noise(4)),
    "noise/8": all_frames(noise(8)),
    "noise/one frame of 16": one_frame(noise(16)),
    "blur/1 px": all_frames(blur(1)),
    "blur/2 px": all_frames(blur(2)),
    "blur/4 px": all_frames(blur(4)),
    "mosaic/4 px": all_frames(mosaic(4)),
    "mosaic/8 px": all_frames(mosaic(8)),
    "shuffle/patches of 16 px in every frame": all_frames(patches),
}


# --------------------------------------------------------------------------- measuring
class Gate:
    """`inference-node measure` at the other end of a pipe; its table, compressed, is the result."""

    def __init__(self, command, path):
        self.process = subprocess.Popen(shlex.split(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.path = path
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self):
        with gzip.GzipFile(self.path + ".part", "wb", mtime=0) as out:
            for line in self.process.stdout:
                out.write(line)

    def add(self, name, clip):
        frames, height, width, _ = clip.shape
        self.process.stdin.write(("%s %d %d %d\n" % (name.replace(" ", "_"), width, height, frames)).encode())
        self.process.stdin.write(np.ascontiguousarray(clip).tobytes())

    def close(self):
        self.process.stdin.close()
        self.reader.join()
        if self.process.wait() != 0:
            sys.exit("study: measure failed for " + self.path)
        os.replace(self.path + ".part", self.path)


def measure(command, path, clips):
    gate = Gate(command, path)
    done = 0
    for name, clip in clips:
        gate.add(name, clip)
        done += 1
        if done % 1000 == 0:
            print("%s: %d clips" % (os.path.basename(path), done), file=sys.stderr, flush=True)
    gate.close()


def defective(originals):
    """Each clip with each defect; a defect that changes nothing (a still picture held) is left out."""
    before = None
    for i, clip in originals:
        shape = clip.shape
        other = before.get(shape) if before else None
        before = before or {}
        if other is not None:
            for k, (name, plant) in enumerate(DEFECTS.items()):
                broken = plant(clip, np.random.default_rng([7, i, k]), other)
                if not np.array_equal(broken, clip):
                    yield "%s/%d" % (name, i), broken
        before[shape] = clip


# --------------------------------------------------------------------------- where clips come from
def world(folder):
    sys.path.insert(0, folder)
    import cartoon_world
    cv2.setNumThreads(1)
    return cartoon_world


def rendered(cw, first, count):
    for i in range(first, first + count):
        rng = np.random.default_rng([11, i])
        width, height, frames = SHAPES[i % len(SHAPES)]
        yield i, cw.render(cw.sample_spec(rng), rng, width, height, frames)


def generated(folder):
    for name in sorted(os.listdir(folder)):
        if name.endswith(".rgb"):
            i = int(name[1:-4])
            width, height, frames = SHAPES[i % len(SHAPES)]
            yield i, np.fromfile(os.path.join(folder, name), np.uint8).reshape(frames, height, width, 3)


def named(clips, name="good"):
    return (("%s/%d" % (name, i), clip) for i, clip in clips)


def prompts(cw, count):
    """NAME, prompt, width, height, frames, seed: one clip a line, separated by tabs."""
    rng = np.random.default_rng(20261121)
    for i in range(count):
        text = cw.caption(cw.sample_spec(rng), rng, clean=True).replace("\t", " ")
        width, height, frames = SHAPES[i % len(SHAPES)]
        print("g%04d\t%s\t%d\t%d\t%d\t%d" % (i, text, width, height, frames, rng.integers(1, 2**31 - 1)))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("what", choices=("rendered", "generated", "prompts"))
    p.add_argument("--world", help="folder of cartoon_world.py")
    p.add_argument("--frames", help="folder of gNNNN.rgb, raw frames of the prompts' clips")
    p.add_argument("--measure", help="the command that measures, such as 'deploy/none/node-command measure'")
    p.add_argument("--out", default="data")
    p.add_argument("--calibration", type=int, default=2000)
    p.add_argument("--good", type=int, default=4000)
    p.add_argument("--defective", type=int, default=2000)
    p.add_argument("--clips", type=int, default=1000)
    a = p.parse_args()
    if a.what == "prompts":
        return prompts(world(a.world), a.clips)
    path = lambda name: os.path.join(a.out, "%s-%s.csv.gz" % (a.what, name))
    if a.what == "rendered":
        cw = world(a.world)
        measure(a.measure, path("calibration"), named(rendered(cw, 1_000_000, a.calibration)))
        measure(a.measure, path("good"), named(rendered(cw, 0, a.good)))
        measure(a.measure, path("defective"), defective(rendered(cw, 0, a.defective)))
    else:
        clips = list(generated(a.frames))
        measure(a.measure, path("calibration"), named(clips[0::2]))
        measure(a.measure, path("good"), named(clips[1::2]))
        measure(a.measure, path("defective"), defective(clips[1::2]))


if __name__ == "__main__":
    main()
