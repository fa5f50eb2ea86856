"""A stand-in for the control plane's fleet API: it takes every state, sees no running job, and promotes each step of a
rollout as soon as it is asked. Nothing of the real control plane's cost is in it."""

import datetime
import http.server
import json
import threading

ARM = {"jobs": 100, "failed": 0, "late": 0, "low_quality": 0, "degraded": 0, "excused": 0, "in_flight": 0}


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.states = {}
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, *_):
        pass

    def answer(self, status, body):
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_PUT(self):
        length = int(self.headers["Content-Length"])
        self.server.states[self.path] = json.loads(self.rfile.read(length))
        self.answer(200, {})

    def do_DELETE(self):
        self.server.states.pop(self.path.split("?")[0], None)
        self.answer(200, {})

    def do_GET(self):
        state = self.server.states.get(self.path)
        if state is None:
            self.answer(404, {})
        else:
            self.answer(200, evidence(state))


def evidence(state):
    said = {
        "uid": state["uid"],
        "observed_generation": state["generation"],
        "observed_sequence": state["sequence"],
        "queued": 0,
        "running": 0,
        "nodes": [{"name": n["name"], "reachable": True, "slots": 1, "running": 0} for n in state["nodes"]],
    }
    rollout = state.get("rollout")
    if rollout:
        said["rollout"] = {
            "rollout": rollout["name"],
            "verdict": "PROMOTE",
            "reason": "STAND_IN",
            "message": "The stand-in promotes every step.",
            "cut": False,
            "carried_percent": 0,
            "against_canary": 1,
            "for_canary": 100,
            "evaluated_at": datetime.datetime.now(datetime.timezone.utc).isoformat().replace("+00:00", "Z"),
            "stable": ARM,
            "canary": ARM,
        }
    return said
