"""A private etcd, kube-apiserver, kube-controller-manager, kube-scheduler and KWOK on loopback, with an audit log of the writes of
the operator under test."""

import concurrent.futures
import http.client
import json
import os
import pathlib
import socket
import ssl
import subprocess
import threading
import time

USERS = ["admin", "kube-controller-manager", "kube-scheduler", "kwok", "operator"]
CONTROLLERS = "deployment-controller,replicaset-controller,garbage-collector-controller,namespace-controller"
FAST = ["--kube-api-qps=500", "--kube-api-burst=1000"]
NODES = 10
AUDIT = """
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived, ResponseStarted, Panic]
rules:
  - {level: Metadata, users: [operator], verbs: [create, update, patch, delete, deletecollection]}
  - {level: None}
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait(what, seconds, condition, pause=0.5):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(pause)
    raise SystemExit(f"{what} did not happen within {seconds} s")


class Program:
    """A process whose processor time and memory are read from /proc."""

    def __init__(self, command, log, env=None):
        self.log = log
        with open(log, "w") as out:
            self.process = subprocess.Popen(
                command, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env={**os.environ, **(env or {})}
            )

    def cpu(self):
        if self.process.poll() is not None:
            raise SystemExit(f"a process ended early; see {self.log}")
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self, field):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1]) / 1024
        raise SystemExit(f"{field} is not in /proc")

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Cluster:
    def __init__(self, directory, kube, kwok, stages):
        self.directory = directory
        self.kube = kube
        self.programs = {}
        self.local = threading.local()
        directory.mkdir(parents=True)
        self.port = free_port()
        self.write_credentials()
        try:
            self.start(kwok, stages)
        except BaseException:
            self.close()
            raise

    def path(self, name):
        return str(self.directory / name)

    def write_credentials(self):
        (self.directory / "tokens.csv").write_text("".join(f'{u}-token,{u},{u},"system:masters"\n' for u in USERS))
        (self.directory / "audit-policy.yaml").write_text(AUDIT)
        subprocess.run(
            ["openssl", "genrsa", "-out", self.path("sa.key"), "2048"], check=True, stderr=subprocess.DEVNULL
        )
        for user in USERS:
            (self.directory / f"{user}.kubeconfig").write_text(
                json.dumps(
                    {
                        "apiVersion": "v1",
                        "kind": "Config",
                        "clusters": [
                            {
                                "name": "bench",
                                "cluster": {"server": f"https://127.0.0.1:{self.port}", "insecure-skip-tls-verify": True},
                            }
                        ],
                        "users": [{"name": user, "user": {"token": f"{user}-token"}}],
                        "contexts": [{"name": "bench", "context": {"cluster": "bench", "user": user}}],
                        "current-context": "bench",
                    }
                )
            )

    def kubeconfig(self, user):
        return self.path(f"{user}.kubeconfig")

    def run(self, name, *arguments, program=None):
        command = [program or f"{self.kube}/{name}", *arguments]
        self.programs[name] = Program(command, self.path(f"{name}.log"))

    def start(self, kwok, stages):
        client, peer = free_port(), free_port()
        self.run(
            "etcd",
            "--data-dir=" + self.path("etcd"),
            f"--listen-client-urls=http://127.0.0.1:{client}",
            f"--advertise-client-urls=http://127.0.0.1:{client}",
            f"--listen-peer-urls=http://127.0.0.1:{peer}",
            f"--initial-advertise-peer-urls=http://127.0.0.1:{peer}",
            f"--initial-cluster=default=http://127.0.0.1:{peer}",
            "--unsafe-no-fsync",
            "--log-level=error",
        )
        self.run(
            "kube-apiserver",
            f"--etcd-servers=http://127.0.0.1:{client}",
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            f"--secure-port={self.port}",
            "--cert-dir=" + self.path("certs"),
            "--token-auth-file=" + self.path("tokens.csv"),
            "--authorization-mode=RBAC",
            "--service-cluster-ip-range=10.96.0.0/16",
            "--service-account-issuer=https://kubernetes.default.svc",
            "--service-account-key-file=" + self.path("sa.key"),
            "--service-account-signing-key-file=" + self.path("sa.key"),
            # The first wants service accounts, the second taints nodes until a controller that does not run here lifts it.
            "--disable-admission-plugins=ServiceAccount,TaintNodesByCondition",
            "--endpoint-reconciler-type=none",
            "--audit-policy-file=" + self.path("audit-policy.yaml"),
            "--audit-log-path=" + self.path("audit.log"),
        )
        wait("the API server", 120, self.ready)
        self.run(
            "kube-controller-manager",
            "--kubeconfig=" + self.kubeconfig("kube-controller-manager"),
            "--leader-elect=false",
            "--secure-port=0",
            "--controllers=" + CONTROLLERS,
            *FAST,
        )
        self.run(
            "kube-scheduler",
            "--kubeconfig=" + self.kubeconfig("kube-scheduler"),
            "--leader-elect=false",
            "--secure-port=0",
            *FAST,
        )
        names = ["node/fast/node-initialize", "pod/fast/pod-ready", "pod/fast/pod-complete", "pod/fast/pod-delete"]
        (self.directory / "stages.yaml").write_text("\n---\n".join((stages / f"{n}.yaml").read_text() for n in names))
        self.run(
            "kwok",
            "--kubeconfig=" + self.kubeconfig("kwok"),
            "--manage-all-nodes=true",
            "--config=" + self.path("stages.yaml"),
            f"--server-address=127.0.0.1:{free_port()}",
            program=kwok,
        )
        for n in range(NODES):
            name = f"node-{n}"
            meta = {"name": name, "labels": {"kubernetes.io/hostname": name}}
            self.ask("POST", "/api/v1/nodes", {"apiVersion": "v1", "kind": "Node", "metadata": meta})

    def ready(self):
        try:
            return self.ask("GET", "/readyz", raw=True) == b"ok"
        except (OSError, http.client.HTTPException, RuntimeError):
            return False

    def ask(self, method, path, body=None, kind="application/json", raw=False):
        """One request on this thread's connection."""
        for attempt in (1, 2):
            connection = getattr(self.local, "connection", None)
            if connection is None:
                context = ssl._create_unverified_context()
                connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=context, timeout=120)
                self.local.connection = connection
            headers = {"Authorization": "Bearer admin-token", "Content-Type": kind}
            try:
                connection.request(method, path, None if body is None else json.dumps(body), headers)
                answer = connection.getresponse()
                content = answer.read()
                break
            except (OSError, http.client.HTTPException):
                self.local.connection = None
                if attempt == 2:
                    raise
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:500]!r}")
        return content if raw else json.loads(content)

    def all(self, requests):
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda request: self.ask(*request), requests))

    def apply(self, file):
        command = [f"{self.kube}/kubectl", "--kubeconfig=" + self.kubeconfig("admin"), "apply", "--server-side", "-f", str(file)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def audit_position(self):
        return os.path.getsize(self.path("audit.log")) if os.path.exists(self.path("audit.log")) else 0

    def writes(self, since):
        """Writes of the operator that the API server took, by verb and resource; leases apart, dry runs counted too."""
        counts = {}
        with open(self.path("audit.log")) as lines:
            lines.seek(since)
            for line in lines:
                entry = json.loads(line)
                about = entry["objectRef"]
                if about["resource"] in ("leases", "selfsubjectrulesreviews") or entry["responseStatus"]["code"] >= 300:
                    continue
                sub = "/" + about["subresource"] if "subresource" in about else ""
                dry = "dry-run " if "dryRun=" in entry["requestURI"] else ""
                key = f"{dry}{entry['verb']} {about['resource']}{sub}"
                counts[key] = counts.get(key, 0) + 1
        return dict(sorted(counts.items()))

    def close(self):
        for program in reversed(self.programs.values()):
            program.stop()
