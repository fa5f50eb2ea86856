"""Times better-profanity on the same prompts with the same terms."""
import json
import sys
import time

from better_profanity import profanity

prompts = open(sys.argv[1], encoding="utf-8").read().splitlines()
profanity.load_censor_words_from_file(sys.argv[2])
rounds = int(sys.argv[3])
each = len(prompts) // rounds
samples = []
for r in range(rounds):
    times = []
    for prompt in prompts[r * each : (r + 1) * each]:
        start = time.perf_counter_ns()
        profanity.contains_profanity(prompt)
        times.append((time.perf_counter_ns() - start) / 1e6)
    times.sort()
    samples.append({"p50_ms": times[len(times) // 2], "p99_ms": times[int(len(times) * 0.99)]})
print(json.dumps(samples))
