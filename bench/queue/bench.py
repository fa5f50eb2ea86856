"""Durable jobs per second of our queue, of Celery on Redis, and the commits of the same PostgreSQL,
side by side in alternating rounds. Called by run.sh; see the README beside it."""

import argparse
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent
COMMIT = "INSERT INTO commit_probe VALUES (1);\n"


def say(text):
    print(text, flush=True)


def quantiles(values):
    values = sorted(values)
    return {"median": statistics.median(values), "min": values[0], "max": values[-1]}


class Ours:
    """The control plane's queue in its own JVM, spoken to over standard input."""

    def __init__(self, java, classpath, directory):
        command = [java, "-Xmx512m", "-XX:+UseSerialGC", "-cp", classpath]
        command += [str(HERE / "QueueBench.java"), str(directory)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.about = self.answer()

    def answer(self):
        for line in self.process.stdout:
            if line.startswith("{") and '"logger_name"' not in line:
                return json.loads(line)
        raise SystemExit("our side ended early")

    def ask(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return self.answer()

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=60)


class Commits:
    """pgbench on the same server: one small INSERT per transaction, nothing else."""

    def __init__(self, pgbench, about, directory):
        self.pgbench = pgbench
        self.port = about["url"].split(":")[3].split("/")[0]
        self.script = directory / "commit.sql"
        self.script.write_text(COMMIT)
        self.env = dict(os.environ, PGPASSWORD=about["password"])
        self.user = about["user"]
        setup = directory / "setup.sql"
        setup.write_text("CREATE TABLE IF NOT EXISTS commit_probe (n int);\n")
        self.run(setup, 1, ["-t", "1"])

    def run(self, script, clients, amount):
        command = [self.pgbench, "-h", "127.0.0.1", "-p", self.port, "-U", self.user, "-n"]
        command += ["-M", "simple" if amount[0] == "-t" else "prepared", "-f", str(script)]
        command += ["-c", str(clients), "-j", str(min(clients, 2)), *amount, "postgres"]
        done = subprocess.run(command, env=self.env, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit("pgbench failed: " + done.stderr.strip().splitlines()[-1])
        return done.stdout

    def measure(self, clients, seconds):
        for line in self.run(self.script, clients, ["-T", str(seconds)]).splitlines():
            if line.startswith("tps"):
                return float(line.split()[2])
        raise SystemExit("pgbench said no tps")


class Celery:
    """Redis with an fsync per write, Celery workers on it, submitters of their own."""

    def __init__(self, redis, python, directory, levels):
        self.python, self.directory, self.serial = python, directory, 0
        self.socket = str(directory / "redis.sock")
        self.redis = subprocess.Popen(
            [redis, "--port", "0", "--unixsocket", self.socket, "--dir", str(directory)]
            + ["--appendonly", "yes", "--appendfsync", "always", "--save", ""],
            stdout=subprocess.DEVNULL,
        )
        self.env = dict(os.environ, BENCH_REDIS_URL="redis+socket://" + self.socket, PYTHONPATH=str(HERE))
        self.env["PYTHONDONTWRITEBYTECODE"] = "1"
        self.workers = []
        try:
            self.start(python, directory, levels)
        except BaseException:
            self.close()
            raise

    def start(self, python, directory, levels):
        self.client_with_patience()
        for level in levels:
            command = [python, "-m", "celery", "-A", "celery_app", "worker", "-Q", f"q{level}"]
            command += ["-c", str(level), "-n", f"w{level}@bench", "--loglevel", "ERROR"]
            command += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
            log = open(directory / f"worker{level}.log", "w")
            self.workers.append(
                subprocess.Popen(command, env=self.env, stdout=log, stderr=log, cwd=directory)
            )
        for level in levels:
            self.measure(level, 4 * level)

    def client(self):
        import redis

        return redis.Redis(unix_socket_path=self.socket)

    def measure(self, level, tasks):
        """Tasks per second from the first submission to the last stored result."""
        client = self.client_with_patience()
        for key in client.scan_iter("celery-task-meta-*", count=10_000):
            client.delete(key)
        submitters = []
        each = max(tasks // min(level, 2), 1)
        for _ in range(min(level, 2)):
            command = [self.python, str(HERE / "celery_submit.py"), f"q{level}", str(self.serial), str(each)]
            submitters.append(
                subprocess.Popen(
                    command, env=self.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
                )
            )
            self.serial += each
        for submitter in submitters:
            submitter.stdout.readline()
        before, wanted = client.dbsize(), each * len(submitters)
        start = time.monotonic()
        for submitter in submitters:
            submitter.stdin.write("go\n")
            submitter.stdin.flush()
        done = 0
        while done < wanted:
            time.sleep(0.01)
            done = self.results(client)
            if time.monotonic() - start > 180:
                raise SystemExit(f"Celery finished {done} of {wanted} tasks in three minutes")
        elapsed = time.monotonic() - start
        for submitter in submitters:
            submitter.communicate()
        return {"workers": level, "jobs": wanted, "seconds": round(elapsed, 3), "jobs_per_s": round(wanted / elapsed, 1), "keys_before": before}

    @staticmethod
    def results(client):
        """Every key but the few of the broker is one stored result."""
        broker = sum(1 for _ in client.scan_iter("_kombu*", count=10)) if client.dbsize() < 200 else 0
        return client.dbsize() - broker

    def client_with_patience(self):
        for _ in range(300):
            try:
                client = self.client()
                client.ping()
                return client
            except Exception:
                time.sleep(0.1)
        raise SystemExit("Redis did not start")

    def version(self):
        import celery
        import redis

        server = self.client().info()["redis_version"]
        return {"celery": celery.__version__, "redis-py": redis.__version__, "redis": server}

    def close(self):
        for worker in self.workers:
            worker.terminate()
        for worker in self.workers:
            try:
                worker.wait(timeout=15)
            except subprocess.TimeoutExpired:
                worker.kill()
        self.redis.terminate()
        self.redis.wait(timeout=15)


def machine():
    model = "unknown"
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    memory = int(open("/proc/meminfo").readline().split()[1]) // 1024
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "memory_mib": memory,
        "kernel": platform.release(),
        "load_before": os.getloadavg(),
    }


def rounds(args, ours, commits, celery, report):
    levels = [int(level) for level in args.workers.split(",")]
    say(f"warming up {args.warm_up} s")
    ours.ask(f"throughput {max(levels)} {args.warm_up}")
    for number in range(1, args.rounds + 1):
        for level in levels:
            mine = ours.ask(f"throughput {level} {args.seconds}")
            peer = celery.measure(level, args.tasks if level > 1 else args.tasks // 2)
            tps = commits.measure(level, args.seconds)
            report["throughput"].append({"round": number, "ours": mine, "celery": peer, "pgbench_tps": tps})
            say(
                f"round {number}, {level:2d} workers: ours {mine['jobs_per_s']:7.1f} jobs/s"
                f" ({mine['wal_syncs_per_job']:.2f} fsyncs a job),"
                f" celery {peer['jobs_per_s']:7.1f} jobs/s, pgbench {tps:8.1f} commits/s"
            )


def claims(args, ours, report):
    ours.ask("drain")
    say(f"filling the queue with {args.depth} jobs")
    ours.ask(f"fill {args.depth}")
    for number in range(args.rounds):
        sample = ours.ask(f"claims {args.claimers} {args.seconds}")
        report["claims"].append(sample)
        say(
            f"claim with {sample['depth']} waiting, {args.claimers} claimers:"
            f" p50 {sample['p50_ms']:.2f} ms, p99 {sample['p99_ms']:.2f} ms, {sample['claims']} claims"
        )


def summarise(report, args):
    """Ratios per round, each between the best of the same round."""
    celery_ratio, commit_ratio = [], []
    for number in range(1, args.rounds + 1):
        rows = [row for row in report["throughput"] if row["round"] == number]
        best = max(row["ours"]["jobs_per_s"] for row in rows)
        celery_ratio.append(best / max(row["celery"]["jobs_per_s"] for row in rows))
        commit_ratio.append(best / max(row["pgbench_tps"] for row in rows))
    result = {
        "celery_ratio": quantiles(celery_ratio),
        "commit_ratio": quantiles(commit_ratio),
        "claim_p99_ms": quantiles([sample["p99_ms"] for sample in report["claims"]]),
    }
    report["result"] = result
    return result


def bound(report, args):
    rows = report["throughput"]
    best = max(rows, key=lambda row: row["ours"]["jobs_per_s"])
    syncs = best["ours"]["wal_syncs_per_job"]
    rate = best["ours"]["jobs_per_s"]
    limit = max(row["pgbench_tps"] for row in rows)
    one = [row for row in rows if row["ours"]["workers"] == min(r["ours"]["workers"] for r in rows)]
    text = (
        f"What bounds it: one worker alone waits for the disk (2 fsyncs a job,"
        f" {statistics.median(r['ours']['jobs_per_s'] for r in one):.0f} jobs/s);"
        f" at {best['ours']['workers']} workers calls share commits ({syncs:.2f} fsyncs a job,"
        f" {rate * syncs:.0f} fsyncs/s) and the processors bound it:"
        f" a job is about 16 row writes in 4 transactions, a pgbench commit is one row in one ({limit:.0f}/s)."
    )
    report["bound"] = text
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("java", "classpath", "pgbench", "redis", "python", "work", "out"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--workers", default="1,4,16,64")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--warm-up", type=int, default=20)
    parser.add_argument("--tasks", type=int, default=1000)
    parser.add_argument("--depth", type=int, default=100_000)
    parser.add_argument("--claimers", type=int, default=8)
    args = parser.parse_args()

    work = pathlib.Path(tempfile.mkdtemp(prefix="queue-", dir=args.work)).resolve()
    report = {"machine": machine(), "settings": vars(args).copy(), "throughput": [], "claims": []}
    for secret in ("java", "classpath", "pgbench", "redis", "python", "work", "out"):
        del report["settings"][secret]
    ours = celery = None
    try:
        ours = Ours(args.java, args.classpath, work / "postgres")
        commits = Commits(args.pgbench, ours.about, work)
        levels = [int(level) for level in args.workers.split(",")]
        say("starting Redis and Celery")
        celery = Celery(args.redis, args.python, work, levels)
        report["versions"] = {
            "postgresql": ours.about["version"],
            "java": subprocess.run([args.java, "--version"], capture_output=True, text=True).stdout.splitlines()[0],
            "python": platform.python_version(),
            **celery.version(),
        }
        rounds(args, ours, commits, celery, report)
        celery.close()
        celery = None
        claims(args, ours, report)
    finally:
        for side in (celery, ours):
            if side is not None:
                side.close()
        shutil.rmtree(work, ignore_errors=True)
    result = summarise(report, args)
    say(bound(report, args))
    out = pathlib.Path(args.out)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(report, indent=1) + "\n")
    spread = {name: f"{v['median']:.2f} [{v['min']:.2f}..{v['max']:.2f}]" for name, v in result.items()}
    say("Spread over rounds: " + ", ".join(f"{name} {text}" for name, text in spread.items()))
    say(
        f"RESULT celery_ratio={result['celery_ratio']['median']:.2f}"
        f" commit_ratio={result['commit_ratio']['median']:.2f}"
        f" claim_p99_ms={result['claim_p99_ms']['median']:.2f}"
    )


if __name__ == "__main__":
    sys.exit(main())
