"""Alternates both sides, checks that they made the same clip, and writes bench/results/denoise.json."""
import argparse
import json
import os
import platform
import statistics
import subprocess
import time


def once(command, env):
    start = time.perf_counter()
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit("compare.py: %s failed:\n%s" % (command[0], done.stderr[-4000:]))
    return dict(json.loads(done.stdout.strip().splitlines()[-1]), process_s=round(time.perf_counter() - start, 3))


def spread(values):
    return {"median": round(statistics.median(values), 4), "min": round(min(values), 4), "max": round(max(values), 4)}


def machine():
    cpu = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "unknown")
    memory = int(next(line for line in open("/proc/meminfo") if line.startswith("MemTotal")).split()[1]) // 1024
    return {"cpu": cpu, "cores": os.cpu_count(), "memory_mb": memory, "kernel": platform.release()}


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--root", required=True)
    p.add_argument("--python", required=True)
    p.add_argument("--rounds", type=int, required=True)
    p.add_argument("--threads", type=int, required=True)
    a = p.parse_args()
    node, work, here = os.path.join(a.root, "inference-node"), os.path.join(a.root, "bench/work/denoise"), os.path.dirname(os.path.abspath(__file__))
    natives = os.path.join(node, "target/natives")
    frames = {side: os.path.join(work, side + ".rgb") for side in ("ours", "peer")}
    java = [os.path.join(os.environ["JAVA_HOME"], "bin/java"), "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
            "-XX:+UseSerialGC", "-DPYTORCH_LIBRARY_PATH=" + natives + "/torch", "-DPYTORCH_VERSION=2.7.1", "-DPYTORCH_FLAVOR=cpu",
            "-DRUST_LIBRARY_PATH=" + natives + "/tokenizers/libtokenizers.so", "-DOPT_OUT_TRACKING=true",
            "-cp", "%s:%s/target/classes:%s/target/lib/*" % (os.path.join(work, "classes"), node, node), "Ours"]
    sides = {"ours": java + [os.path.join(node, "models/wan-tiny"), str(a.threads), frames["ours"]],
             "peer": [a.python, "-W", "ignore", os.path.join(here, "peer.py"), os.path.join(work, "diffusers"), str(a.threads), frames["peer"]]}
    # passive for both: spinning threads would measure how busy the machine is, and the node never spins
    env = dict(os.environ, OMP_NUM_THREADS=str(a.threads), OMP_WAIT_POLICY="passive", HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false")
    samples = {"ours": [], "peer": []}
    load = [os.getloadavg()[0]]
    for i in range(a.rounds):
        for side in ("ours", "peer") if i % 2 == 0 else ("peer", "ours"):
            samples[side].append(once(sides[side], env))
            print("round %d %-4s %s" % (i + 1, side, samples[side][-1]), flush=True)
        load.append(os.getloadavg()[0])
    difference = same_clip(frames)
    ratios = {what: [o[key] / p_[key] for o, p_ in zip(samples["ours"], samples["peer"])] for what, key in
              (("time", "clip_s"), ("memory", "peak_mb"), ("process_time", "process_s"))}
    versions = subprocess.run([a.python, "-m", "pip", "freeze"], capture_output=True, text=True).stdout.split()
    wanted = ("torch==", "diffusers==", "transformers==", "numpy==")
    result = {"what": "wan-tiny, 160x96, 17 frames, 20 steps, guidance 3, second clip of a fresh process; peak is VmHWM of the process",
              "machine": machine(), "threads": a.threads, "load_average": [round(v, 2) for v in load],
              "versions": {"ours": "libtorch 2.7.1 in DJL 0.35.1", "peer": [v for v in versions if v.startswith(wanted)]},
              "largest_colour_difference": difference,
              "clip_s": {s: spread([v["clip_s"] for v in samples[s]]) for s in samples},
              "peak_mb": {s: spread([v["peak_mb"] for v in samples[s]]) for s in samples},
              "ratios": {k: spread(v) for k, v in ratios.items()}, "samples": samples}
    with open(os.path.join(a.root, "bench/results/denoise.json"), "w") as f:
        json.dump(result, f, indent=1)
        f.write("\n")
    t, m = result["ratios"]["time"], result["ratios"]["memory"]
    print("both sides made the same clip: no colour value differs by more than %d of 255" % difference)
    print("RESULT time_ratio=%.3f memory_ratio=%.3f time_spread=%.3f..%.3f memory_spread=%.3f..%.3f rounds=%d load=%.1f..%.1f"
          % (t["median"], m["median"], t["min"], t["max"], m["min"], m["max"], a.rounds, min(load), max(load)))


def same_clip(frames):
    ours, peer = (open(frames[s], "rb").read() for s in ("ours", "peer"))
    if len(ours) != len(peer):
        raise SystemExit("compare.py: ours made %d bytes of frames, the peer %d" % (len(ours), len(peer)))
    difference = max(abs(x - y) for x, y in zip(ours, peer))
    if difference > 3:
        raise SystemExit("compare.py: the clips differ by %d of 255: not the same work" % difference)
    return difference


main()
