"""Joins ours and the peer's samples into the result file and the last line."""
import json
import os
import platform
import sys

work, out = sys.argv[1:3]
ours = json.load(open(f"{work}/ours.json"))
ours["peer"] = {"name": "better-profanity 0.7.0", "rounds": json.load(open(f"{work}/peer.json"))}
cpu = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), platform.processor())
ours["machine"] = {"cpu": cpu, "cores_used": 1, "load_average": os.getloadavg(), "kernel": platform.release()}
json.dump(ours, open(out, "w"), indent=1, ensure_ascii=False)


def spread(values):
    values = sorted(values)
    return f"{values[len(values) // 2]:.3g} ({values[0]:.3g} to {values[-1]:.3g})"


for name in ours["rounds"][0]:
    if name.endswith("_ms"):
        print(f"{name:24} {spread([r[name] for r in ours['rounds']])}")
for name, value in ours["search"].items():
    print(f"{name:24} {value:.3g}")
peer = spread([r["p99_ms"] for r in ours["peer"]["rounds"]])
mid = lambda name: sorted(r[name] for r in ours["rounds"])[len(ours["rounds"]) // 2]
print(f"better-profanity, p99    {peer}")
print(f"good prompts said to be strange {ours['good_strange']:.4f}, of another kind {ours['other_strange']:.4f}")
print(
    f"RESULT rules_p99_ms={mid('rules_p99_ms'):.4f} whole_p99_ms={mid('whole_p99_ms'):.3f} whole_per_second={mid('whole_per_second'):.0f} "
    f"search_words_p99_ms={ours['search']['search_words_p99_ms']:.0f} search_meaning_p99_ms={ours['search']['search_meaning_p99_ms']:.0f} heap_mb={ours['heap_mb']:.0f} resident_mb={ours['resident_mb']:.0f} peer_lists_p99_ms={sorted(r['p99_ms'] for r in ours['peer']['rounds'])[len(ours['peer']['rounds']) // 2]:.2f}"
)
