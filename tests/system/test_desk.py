"""The simulated counter itself: what it does must be what hardware does, and its page's server must not
be anybody's remote control."""
import http.client
import json
import os
import pathlib
import select
import signal
import socket
import subprocess
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "board" / "desk"))

from desk_setup import free_port

PROGRAM = pathlib.Path(os.environ["PAMIT_BIN"]) / "pamit-desk"
GREEN, BUTTON_2 = 17, 6
DOCUMENT = {"name": "siti", "group": "Lancar", "title": "Siti", "what": "matches",
            "lines": ["P<IDNRAHMAWATI<<SITI<<<<<<<<<<<<<<<<<<<<<<<<",
                      "X0000012<5IDN9603147F3109027<<<<<<<<<<<<<<06"]}


def readable(fd, timeout_s=60):
    assert select.select([fd], [], [], timeout_s)[0], "nothing came"


class Running:
    def __init__(self, folder):
        self.folder = folder
        self.port, self.relay_port = free_port(), free_port()
        self.registry = socket.create_server(("127.0.0.1", 0))
        self.registry.settimeout(60)
        (folder / "documents.json").write_text(json.dumps([DOCUMENT]))
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [PROGRAM, "--dir", self.folder, "--port", str(self.port), "--page-port", "9",
             "--relay-port", str(self.relay_port),
             "--registry-port", str(self.registry.getsockname()[1])],
            stderr=subprocess.PIPE, text=True)
        assert "READY" in self.process.stderr.readline()

    def ctl(self, *words):
        done = subprocess.run([PROGRAM, "ctl", "--dir", self.folder, *words], timeout=60,
                              capture_output=True, text=True, check=False)
        answer = json.loads(done.stdout)
        assert done.returncode == (0 if answer["ok"] else 1)
        return answer

    def refusal(self, *words):
        answer = self.ctl(*words)
        assert not answer["ok"]
        return answer["error"]

    def wire(self):
        """A lane's end of the panel."""
        lane = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        lane.settimeout(60)
        lane.connect(str(self.folder / "gpio.sock"))
        self.wait_for(lambda: self.ctl("status")["wired"])
        return lane

    @staticmethod
    def wait_for(condition, timeout_s=60):
        deadline = time.monotonic() + timeout_s
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def request(self, method, path, body=None, **fields):
        """(status, headers, text); a field given as None is left out."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Host": f"127.0.0.1:{self.port}", "Origin": f"http://127.0.0.1:{self.port}",
                   "Content-Type": "application/json"}
        headers |= {name.replace("_", "-"): value for name, value in fields.items()}
        headers = {name: value for name, value in headers.items() if value is not None}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, dict(answer.getheaders()), text

    def cookie(self):
        return self.request("GET", "/")[1]["Set-Cookie"].split(";")[0]


@pytest.fixture(name="desk")
def fixture_desk(tmp_path):
    desk = Running(tmp_path)
    yield desk
    desk.process.terminate()
    assert desk.process.wait(10) == 0, desk.process.stderr.read()
    assert not list(tmp_path.glob("*.sock")) and not os.path.lexists(tmp_path / "scanner")


def test_a_document_comes_out_of_the_scanner_as_its_reader_would_send_it(desk):
    reader = os.open(desk.folder / "scanner", os.O_RDWR | os.O_NOCTTY)
    assert desk.ctl("scan", "siti")["ok"]
    readable(reader)
    assert os.read(reader, 200) == "".join(f"{line}\r\n" for line in DOCUMENT["lines"]).encode()
    assert desk.ctl("scan-raw", "000aFf0d")["ok"]
    readable(reader)
    assert os.read(reader, 200) == b"\x00\x0a\xff\x0d"
    os.close(reader)


def test_pulling_the_scanner_hangs_up_and_plugging_it_in_is_another_device(desk):
    reader = os.open(desk.folder / "scanner", os.O_RDWR | os.O_NOCTTY)
    assert desk.ctl("scanner", "off")["ok"]
    poll = select.poll()
    poll.register(reader, select.POLLIN)
    assert poll.poll(10000)[0][1] & select.POLLHUP
    os.close(reader)
    assert not os.path.lexists(desk.folder / "scanner")
    assert desk.refusal("scan", "siti") == "the scanner is unplugged"
    assert desk.ctl("scanner", "on")["ok"]
    assert os.path.exists(desk.folder / "scanner")


def test_lamps_and_buttons_are_wired_to_the_lane(desk):
    assert "no lane" in desk.refusal("press", "2")
    lane = desk.wire()
    assert desk.ctl("press", "2")["ok"]
    assert [lane.recv(8), lane.recv(8)] == [bytes([BUTTON_2, 1]), bytes([BUTTON_2, 0])]
    first = desk.ctl("lamps")["next"]
    for value in (1, 1, 0):
        lane.send(bytes([GREEN, value]))
    desk.wait_for(lambda: desk.ctl("lamps")["next"] == first + 2)
    changes = desk.ctl("lamps", str(first))["changes"]
    assert [(c["n"], c["line"], c["on"]) for c in changes] == [
        (first, "green", True), (first + 1, "green", False)]
    lane.send(bytes([GREEN, 1]))
    desk.wait_for(lambda: desk.ctl("lamps")["lamps"]["green"])
    lane.close()
    desk.wait_for(lambda: not desk.ctl("lamps")["lamps"]["green"])


def test_the_network_cable_carries_bytes_until_it_is_pulled(desk):
    sync = socket.create_connection(("127.0.0.1", desk.relay_port), 10)
    far, _ = desk.registry.accept()
    far.settimeout(60)
    payload = bytes(range(256)) * 4000
    sync.sendall(payload[:5])
    assert far.recv(100) == payload[:5]
    sync.shutdown(socket.SHUT_WR)
    assert far.recv(100) == b""
    far.sendall(payload)
    far.close()
    got = b""
    while len(got) < len(payload):
        got += sync.recv(65536)
    assert got == payload and sync.recv(1) == b""
    sync.close()

    sync = socket.create_connection(("127.0.0.1", desk.relay_port), 10)
    far, _ = desk.registry.accept()
    assert desk.ctl("network", "off")["ok"]
    assert sync.recv(1) == b"" and far.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", desk.relay_port), 10)
    assert desk.ctl("network", "on")["ok"]
    socket.create_connection(("127.0.0.1", desk.relay_port), 10).close()


@pytest.mark.parametrize("words, why", [
    (("scan", "nobody"), 'no document named "nobody"'),
    (("scan-raw", "0g"), "hexadecimal"),
    (("scan-raw", "012"), "hexadecimal"),
    (("press", "5"), "1 to 4"),
    (("press", ""), "argument"),
    (("network", "maybe"), "network on"),
    (("dance",), 'no command "dance"'),
])
def test_a_command_that_makes_no_sense_is_refused_with_a_reason(desk, words, why):
    assert why in desk.refusal(*words)


@pytest.mark.parametrize("content, why", [
    ("[", "documents.json:1"), ("{}", "a list"), ('[{"name": "x"}]', "document 1"),
    (json.dumps([DOCUMENT | {"lines": ["x" * 91]}]), "document 1"),
    (json.dumps([DOCUMENT | {"lines": []}]), "document 1"),
])
def test_a_bad_drawer_is_named(desk, content, why):
    (desk.folder / "documents.json").write_text(content)
    assert why in desk.refusal("documents")


API = '{"command": "status"}'


@pytest.mark.parametrize("says, method, path, body, fields, status", [
    ("another Host", "GET", "/", None, {"Host": "desk.example:80"}, 421),
    ("our address on another port", "GET", "/", None, {"Host": "127.0.0.1:1"}, 421),
    ("a foreign Origin", "POST", "/api", API, {"Origin": "http://evil.example"}, 403),
    ("an opaque Origin", "POST", "/api", API, {"Origin": "null"}, 403),
    ("no Origin", "POST", "/api", API, {"Origin": None}, 403),
    ("a request from another site", "POST", "/api", API, {"Sec_Fetch_Site": "cross-site"}, 403),
    ("no cookie", "POST", "/api", API, {"Cookie": None}, 403),
    ("a wrong cookie", "POST", "/api", API, {"Cookie": "pamit_desk=0"}, 403),
    ("events without cookie", "GET", "/events", None, {"Cookie": None}, 403),
    ("a form", "POST", "/api", API, {"Content_Type": "text/plain"}, 415),
    ("no JSON", "POST", "/api", "{", {}, 400),
    ("an unknown key", "POST", "/api", '{"command": "status", "x": 1}', {}, 400),
    ("a body too long", "POST", "/api", " " * 70000, {}, 413),
    ("a command by GET", "GET", "/api", None, {}, 405),
    ("an unknown path", "GET", "/../etc/passwd", None, {}, 404),
])
def test_the_page_server_refuses(desk, says, method, path, body, fields, status):
    assert desk.request(method, path, body, **({"Cookie": desk.cookie()} | fields))[0] == status, says


def test_the_page_and_its_own_requests_are_served(desk):
    status, headers, text = desk.request("GET", "/")
    assert status == 200 and "Konter simulasi" in text
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "HttpOnly" in headers["Set-Cookie"] and "SameSite=Strict" in headers["Set-Cookie"]
    assert "style=" not in text and "<style" not in text and "<script>" not in text
    status, _, text = desk.request("POST", "/api", API, Cookie=desk.cookie())
    assert status == 200 and json.loads(text)["scanner"]["plugged"]


def test_pages_hear_of_every_change_and_the_desk_ends_with_pages_open(desk):
    pages = []
    for _ in range(3):
        page = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=60)
        page.request("GET", "/events", headers={"Cookie": desk.cookie()})
        pages.append((page, page.getresponse()))
    for _, answer in pages:
        assert json.loads(answer.readline()[6:])["scanner"]["plugged"]
    desk.ctl("scanner", "off")
    for _, answer in pages:
        assert answer.readline() == b"\n"
        assert not json.loads(answer.readline()[6:])["scanner"]["plugged"]
    pages[0][0].close()
    (desk.folder / "console.token").write_text("abc123\n")
    answer = pages[1][1]
    while "/?token=abc123" not in answer.readline().decode():
        pass


def test_a_desk_that_was_killed_starts_again_in_the_same_place(desk):
    desk.process.kill()
    desk.process.wait()
    desk.start()
    assert desk.ctl("scan", "siti")["ok"]


@pytest.mark.parametrize("words", [(), ("--dir",), ("--dir", "x", "--port", "0"), ("--bogus",),
                                   ("--dir", "x", "--relay-port", "1"), ("ctl", "--dir", "x")])
def test_wrong_usage_is_code_2(words):
    done = subprocess.run([PROGRAM, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and done.stderr


def test_what_can_not_start_says_why(tmp_path):
    done = subprocess.run([PROGRAM, "--dir", tmp_path / "none"], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 1 and "START_FAILED" in done.stderr and "none" in done.stderr


def test_a_list_that_nobody_reads_to_its_end_is_no_failure(desk):
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "wb") as pipe:
        done = subprocess.run([pathlib.Path(__file__).parents[2] / "board/desk/scan", "--dir", desk.folder],
                              stdout=pipe, stderr=subprocess.PIPE, timeout=60, check=False)
    assert done.returncode == -signal.SIGPIPE and done.stderr == b""
