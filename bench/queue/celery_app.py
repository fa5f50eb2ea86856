"""The peer: the smallest durable Celery task. Late acknowledgement and a stored result, so that a
job survives a worker's death and its end is recorded, as ours are."""

import os

from celery import Celery

URL = os.environ["BENCH_REDIS_URL"]
app = Celery("bench", broker=URL, backend=URL)
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=False,
    result_expires=3600,
    worker_prefetch_multiplier=4,
    task_serializer="json",
    result_serializer="json",
    broker_pool_limit=64,
    worker_send_task_events=False,
    task_send_sent_event=False,
)


@app.task(name="bench.make")
def make(job):
    return {"number": job["number"]}
