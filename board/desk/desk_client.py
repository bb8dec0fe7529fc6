"""What a person does at the desk, for programs: the officer's page through its own API, and the
simulated hardware through pamit-desk's control socket."""
import http.client
import json
import subprocess
import time


class Refused(Exception):
    """The page's server or the desk said no."""


class Page:
    """The console's HTTP API, with the token that it leaves for programs."""

    def __init__(self, port, token_file):
        self.port = port
        self.token_file = token_file

    def address(self):
        """What a browser opens."""
        return f"http://127.0.0.1:{self.port}/?token={self.token_file.read_text().strip()}"

    def request(self, method, path, body=None):
        """Returns (status, body text)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        fields = {"Authorization": f"Bearer {self.token_file.read_text().strip()}"}
        if body is not None:
            fields["Content-Type"] = "application/json"
            fields["Origin"] = f"http://127.0.0.1:{self.port}"
            body = json.dumps(body)
        try:
            connection.request(method, path, body, fields)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def state(self):
        """The page's state as JSON."""
        status, body = self.request("GET", "/state")
        if status != 200:
            raise Refused(f"/state: {status} {body}")
        return json.loads(body)

    def post(self, path, body):
        status, text = self.request("POST", path, body)
        if status not in (200, 202, 204):
            raise Refused(f"{path}: {status} {text}")

    def wait(self, what, condition, timeout_s=60):
        """Asks until condition(state) holds; the state."""
        deadline = time.monotonic() + timeout_s
        while True:
            state = self.state()
            if condition(state):
                return state
            if time.monotonic() > deadline:
                raise TimeoutError(f"the page never showed: {what}; it shows {summary(state)}")
            time.sleep(0.02)


def summary(state):
    view = state["view"] or {}
    return {key: view.get(key) for key in ("screen", "link")} | {
        "seq": (view.get("crossing") or {}).get("seq")}


class Hardware:
    """pamit-desk's control socket."""

    def __init__(self, programs, folder):
        self.command = [str(programs / "pamit-desk"), "ctl", "--dir", str(folder)]

    def do(self, *words):
        done = subprocess.run(self.command + [str(word) for word in words], capture_output=True,
                              text=True, check=False, timeout=60)
        if done.returncode != 0:
            raise Refused(f"{' '.join(map(str, words))}: {done.stderr.strip()}")
        return done.stdout
