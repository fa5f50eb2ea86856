"""Submits COUNT tasks to QUEUE from its own process and exits."""

import sys

from celery_app import make

queue, first, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
PROMPT = "a paper boat on a pond in the rain, number %d"
sys.stdout.write("ready\n")
sys.stdout.flush()
sys.stdin.readline()
for number in range(first, first + count):
    make.apply_async(
        ({"number": number, "prompt": PROMPT % number, "width": 832, "height": 480, "steps": 40},),
        queue=queue,
    )
