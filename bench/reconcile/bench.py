"""Our operator and Argo Rollouts in turns, each on a new private control plane with KWOK's pods: many services are made, the operator
is started anew, stands idle, and then every service goes through a rollout of five steps. Called by run.sh; see the README beside it."""

import argparse
import json
import os
import pathlib
import platform
import re
import shutil
import statistics
import time
import urllib.error
import urllib.request

from cluster import Cluster, Program, free_port, wait
from stand_in_control_plane import Server

HERE = pathlib.Path(__file__).resolve().parent
REPLICAS = 4
STEPS = [1, 5, 25, 50, 100]
NAMESPACES = 10
SETTLE_SECONDS = 10
MOST_SECONDS = 1800


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def metric(url, pattern):
    """Sum of all series whose name matches; 0 while nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            text = answer.read().decode()
    except (urllib.error.URLError, OSError):
        return 0
    return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if re.match(pattern + r"[{ ]", line))


def pods(cluster):
    return cluster.ask("GET", "/api/v1/pods")["items"]


class Ours:
    """The operator's own process with the image's options and the chart's memory limit; the control plane is a stand-in."""

    name = "ours"
    collection = "/apis/kintsugi.dev/v1alpha1/namespaces/{}/diffusionservices"
    everywhere = "/apis/kintsugi.dev/v1alpha1/diffusionservices"
    reconciles = "kintsugi_reconciles_total"
    namespace = "kintsugi-system"

    def __init__(self, args):
        self.args = args
        self.crds = HERE.parent.parent / "deploy/helm/kintsugi/crds"
        self.control_plane = Server()

    def start(self, cluster, log):
        port = free_port()
        command = [self.args.java, "-XX:MaxRAM=512m", "-XX:MaxRAMPercentage=60", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
        command += ["-XX:+ExitOnOutOfMemoryError", "-XX:+PerfDisableSharedMem"]
        command += ["--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"]
        command += ["-cp", self.args.classpath, "dev.kintsugi.operators.Application"]
        env = {
            "KUBECONFIG": cluster.kubeconfig("operator"),
            "MICRONAUT_SERVER_PORT": str(port),
            "KINTSUGI_OPERATOR_NAMESPACE": self.namespace,
            "KINTSUGI_OPERATOR_CONTROL_PLANE_URL": self.control_plane.url,
            "KINTSUGI_OPERATOR_EXTERNAL_METRICS": "false",
        }
        return Program(command, log, env), f"http://127.0.0.1:{port}/metrics"

    def service(self, name):
        return {
            "apiVersion": "kintsugi.dev/v1alpha1",
            "kind": "DiffusionService",
            "metadata": {"name": name},
            "spec": {
                "model": {"name": name, "version": "1"},
                "pools": [{"name": "main", "minReplicas": REPLICAS}],
                "rollout": {"steps": STEPS, "bake": "1s"},
            },
        }

    change = {"spec": {"model": {"version": "2"}}}

    @staticmethod
    def changed(pod):
        return pod["metadata"].get("annotations", {}).get("kintsugi.dev/model-version") == "2"

    def made(self, cluster, count):
        items = cluster.ask("GET", self.everywhere)["items"]
        return sum(1 for i in items if i.get("status", {}).get("stableRevision")) == count

    def rolled(self, cluster, count):
        items = cluster.ask("GET", "/apis/kintsugi.dev/v1alpha1/modelrollouts")["items"]
        return sum(1 for i in items if i.get("status", {}).get("phase") == "Promoted") == count


class Argo:
    """The real controller with its client's limits lifted and everything else as it is by default."""

    name = "argo"
    collection = "/apis/argoproj.io/v1alpha1/namespaces/{}/rollouts"
    everywhere = "/apis/argoproj.io/v1alpha1/rollouts"
    reconciles = "rollout_reconcile_count"
    namespace = "argo-rollouts"

    def __init__(self, args):
        self.args = args
        self.crds = pathlib.Path(args.argo_crds)

    def start(self, cluster, log):
        port = free_port()
        command = [self.args.argo, "--kubeconfig=" + cluster.kubeconfig("operator"), "--qps=1000", "--burst=2000"]
        command += [f"--metricsPort={port}", f"--healthzPort={free_port()}"]
        return Program(command, log, {"POD_NAMESPACE": self.namespace}), f"http://127.0.0.1:{port}/metrics"

    def service(self, name):
        return {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Rollout",
            "metadata": {"name": name},
            "spec": {
                "replicas": REPLICAS,
                "selector": {"matchLabels": {"app": name}},
                "template": {
                    "metadata": {"labels": {"app": name}},
                    "spec": {"containers": [{"name": "node", "image": "bench:1"}]},
                },
                "strategy": {"canary": {"steps": [{"setWeight": step} for step in STEPS]}},
            },
        }

    change = {"spec": {"template": {"spec": {"containers": [{"name": "node", "image": "bench:2"}]}}}}

    @staticmethod
    def changed(pod):
        return pod["spec"]["containers"][0]["image"] == "bench:2"

    @staticmethod
    def healthy(item):
        status = item.get("status", {})
        return (
            status.get("phase") == "Healthy"
            and status.get("stableRS") == status.get("currentPodHash")
            and status.get("observedGeneration") == str(item["metadata"]["generation"])
            and status.get("availableReplicas") == REPLICAS
        )

    def made(self, cluster, count):
        return sum(self.healthy(i) for i in cluster.ask("GET", self.everywhere)["items"]) == count

    rolled = made


def round_of(side, args, directory):
    cluster = Cluster(directory, args.kube, args.kwok, pathlib.Path(args.stages))
    program = None
    try:
        definitions = [f for f in sorted(side.crds.glob("*.yaml")) if f.name != "kustomization.yaml"]
        for file in definitions:
            cluster.apply(file)
        namespaces = [f"bench-{n}" for n in range(NAMESPACES)]
        for name in [side.namespace, *namespaces]:
            cluster.ask("POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        wait("the definition", 60, lambda: served(cluster, side.everywhere))

        program, url = side.start(cluster, cluster.path("operator-1.log"))
        names = [(side.collection.format(namespaces[n % NAMESPACES]), f"svc-{n}") for n in range(args.services)]
        began = time.monotonic()
        cluster.all([("POST", path, side.service(name)) for path, name in names])
        wait("creation", MOST_SECONDS, lambda: side.made(cluster, args.services) and running(cluster, side, args, False), 3)
        say(f"{side.name}: {args.services} services made in {time.monotonic() - began:.0f} s, {program.cpu():.1f} CPU s")
        program.stop()

        program, url = side.start(cluster, cluster.path("operator-2.log"))
        wait("the restart", 600, lambda: metric(url, side.reconciles) >= args.services, 2)
        time.sleep(SETTLE_SECONDS)
        start_cpu = program.cpu()
        time.sleep(args.idle)
        cpu = program.cpu()
        result = {"start_cpu_s": start_cpu, "idle_millicores": (cpu - start_cpu) / args.idle * 1000}
        result["idle_rss_mb"] = program.memory("VmRSS")
        say(f"{side.name}: idle {result['idle_millicores']:.1f} millicores")

        position, reconciles = cluster.audit_position(), metric(url, side.reconciles)
        others = {name: p.cpu() for name, p in cluster.programs.items()}
        began = time.monotonic()
        cluster.all([("PATCH", f"{path}/{name}", side.change, "application/merge-patch+json") for path, name in names])
        wait("the rollouts", MOST_SECONDS, lambda: side.rolled(cluster, args.services) and running(cluster, side, args, True), 3)
        result["wall_s"] = time.monotonic() - began
        result["cpu_s"] = program.cpu() - cpu
        result["rss_mb"] = program.memory("VmHWM")
        result["reconciles_per"] = (metric(url, side.reconciles) - reconciles) / args.services
        result["writes"] = cluster.writes(position)
        result["writes_per"] = sum(result["writes"].values()) / args.services
        result["others_cpu_s"] = {name: p.cpu() - others[name] for name, p in cluster.programs.items()}
        result["load_average_at_end"] = os.getloadavg()[0]
        say(f"{side.name}: " + json.dumps({k: v for k, v in result.items() if not isinstance(v, dict)}))
        return result
    finally:
        if program is not None:
            program.stop()
        cluster.close()


def served(cluster, path):
    try:
        return cluster.ask("GET", path) is not None
    except RuntimeError:
        return False


def running(cluster, side, args, changed):
    """Nothing but the wanted pods, all of them running."""
    seen = pods(cluster)
    return len(seen) == args.services * REPLICAS and all(
        p["status"].get("phase") == "Running" and side.changed(p) == changed for p in seen
    )


def figure(rounds, name):
    values = [r[name] for r in rounds]
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("java", "classpath", "kube", "kwok", "stages", "argo", "argo-crds", "work", "out"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--services", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=1, help="of both sides, in turns")
    parser.add_argument("--idle", type=int, default=60, help="seconds that the operator is watched before the change")
    parser.add_argument("--sides", default="ours,argo")
    args = parser.parse_args()
    work = pathlib.Path(args.work).resolve()
    shutil.rmtree(work, ignore_errors=True)
    result = {
        "what": f"{args.services} services of {REPLICAS} replicas through a rollout of steps {STEPS}, pods by KWOK",
        "machine": {
            "cpu": processor(),
            "cores": os.cpu_count(),
            "kernel": platform.release(),
            "load_average_at_begin": os.getloadavg()[0],
        },
        "versions": {n: pathlib.Path(getattr(args, n)).name for n in ("kwok", "argo")} | {"kube": "1.34.2"},
        "settings": {"services": args.services, "rounds": args.rounds, "idle_s": args.idle},
    }
    sides = [side(args) for side in (Ours, Argo) if side.name in args.sides.split(",")]
    samples = {side.name: [] for side in sides}
    for n in range(args.rounds):
        for side in sides:
            samples[side.name].append(round_of(side, args, work / f"{side.name}-{n}"))
            result["samples"] = samples
            pathlib.Path(args.out).write_text(json.dumps(result, indent=1) + "\n")
    names = ("cpu_s", "rss_mb", "writes_per", "reconciles_per", "idle_millicores", "wall_s")
    result["figures"] = {side: {n: figure(rounds, n) for n in names} for side, rounds in samples.items()}
    pathlib.Path(args.out).write_text(json.dumps(result, indent=1) + "\n")
    words = [
        f"{'' if side == 'ours' else side + '_'}{n}={figures[n]['median']:.1f}"
        for side, figures in result["figures"].items()
        for n in names
    ]
    print("RESULT " + " ".join(words))
    shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
