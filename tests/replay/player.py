"""Plays a recording into a real lane and says what the lane did with it.

Real are pamit-lane and pamit-console, their journal and their files; the device is a pty. What the
lane does is taken from where anybody could see it: its log, the page's events, the bytes that come
back, and `pamit journal export`. Nothing of what was sent may stand in the log.
"""
import array
import contextlib
import fcntl
import http.client
import json
import os
import pathlib
import pty
import re
import select
import sys
import termios
import threading
import time
import tty

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "tests" / "system"), str(ROOT / "board" / "desk")]

import desk_setup  # noqa: E402
from desk_processes import Processes  # noqa: E402
from kiosk_conf import kiosk_conf  # noqa: E402
from recording import show_bytes  # noqa: E402

PROGRAMS = pathlib.Path(os.environ["PAMIT_BIN"]).resolve()
WAIT_S = 60
# As long as a reader's silence may be and then some: only for writing expectations, when nobody
# knows yet what will come.
QUIET_S = 1.2
TOTAL = re.compile(r"= \d+ presented")


def make_keys(folder):
    """A folder with the keys of a kiosk, for any number of counters."""
    os.umask(0o077)
    desk_setup.make_keys(folder)
    return folder / "keys"


def flat(value, name=""):
    """A JSON value as words: key=value, what is empty left out."""
    if isinstance(value, dict):
        return [word for key, part in value.items() for word in
                flat(part, f"{name}.{key}" if name else key)]
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [word for i, part in enumerate(value) for word in flat(part, f"{name}.{i + 1}")]
    if isinstance(value, list):
        value = ",".join(map(str, value))
    if value in (None, "", False):
        return []
    if value is True:
        return [name]
    return [f"{name}={json.dumps(value) if ' ' in str(value) else value}"]


def show_screen(view):
    """What an officer sees of it; a proposal's id is another one every time."""
    why = [word for word in flat(view["unreadable"]) if not word.startswith("proposal.id=")]
    words = ["= screen", view["screen"]] + why
    if view["crossing"]:
        words.append(view["crossing"]["document"]["number"])
    return " ".join(words)


def show_presented(event):
    fields = {"verdict": {"GREEN": "SESUAI", "AMBER": "RUJUK", "RED": "TUNDA"}[event["result"]]}
    fields |= {short: event[name] for short, name in (
        ("type", "doc_type"), ("number", "doc_no"), ("country", "doc_country"), ("name", "name"),
        ("sex", "sex"), ("birth", "birth_date"), ("expiry", "doc_expiry"),
        ("nationality", "nationality"), ("capture", "capture"))}
    return " ".join(["= PRESENTED"] + flat(fields))


class Device:
    """The reader's end of a pty, and the link by which the lane knows it."""

    def __init__(self, link, changed):
        self.link = link
        self.changed = changed
        self.written = b""
        self.plugged = True
        self.ours, self.theirs = pty.openpty()
        tty.setraw(self.theirs)
        self.stop, self.stopped = os.pipe()
        self.listener = threading.Thread(target=self._listen)
        self.listener.start()
        link.symlink_to(os.ttyname(self.theirs))

    def _listen(self):
        while self.stop not in select.select([self.ours, self.stop], [], [])[0]:
            data = os.read(self.ours, 4096)
            with self.changed:
                self.written += data
                self.changed.notify_all()

    def send(self, data):
        while data:
            data = data[os.write(self.ours, data):]

    def _unread(self):
        count = array.array("i", [0])
        fcntl.ioctl(self.theirs, termios.FIONREAD, count)
        return count[0]

    def read_to_the_end(self):
        """What was sent has arrived: closing a pty throws away what nobody has read."""
        end = time.monotonic() + WAIT_S
        while self._unread() > 0 and time.monotonic() < end:
            time.sleep(0.001)

    def unplug(self):
        self.plugged = False
        self.link.unlink()
        os.close(self.stopped)
        self.listener.join()
        for fd in (self.ours, self.theirs, self.stop):
            os.close(fd)


class Counter:
    """A lane and a console of their own folder, for one recording."""

    def __init__(self, folder, keys, profile):
        self.folder = folder
        self.processes = Processes()
        self.changed = self.processes.changed
        self.view = None
        self.port = desk_setup.free_port()
        self.config = folder / "pamit.conf"
        self.config.write_text(kiosk_conf(
            kiosk={"storage_key": keys / "storage.key", "assume_clock_synced": "yes"},
            lane={"entry_key": keys / "entry.key", "console_uid": os.getuid()},
            scanner={"scanner_profile": profile},
            sync={"receipt_key": keys / "receipt.pub", "policy_key": keys / "policy.pub"},
            console={"console_port": self.port}))
        self.device = Device(folder / "scanner", self.changed)

    def start(self):
        for name in ("lane", "console"):
            self.processes.start(name, PROGRAMS / f"pamit-{name}", "--config", self.config)
            self.processes.wait(name, "READY")
        self.processes.wait("lane", "SCANNER_OPEN")
        threading.Thread(target=self._watch, daemon=True).start()
        assert self.wait(lambda: self.view), "the page shows nothing"

    def _watch(self):
        token = (self.folder / "console.token").read_text().strip()
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request("GET", "/events", headers={"Authorization": f"Bearer {token}"})
        kind = b""
        with contextlib.suppress(OSError):
            for line in connection.getresponse():
                if line.startswith(b"event: "):
                    kind = line[7:].strip()
                elif line.startswith(b"data: ") and kind == b"view":
                    with self.changed:
                        self.view = json.loads(line[6:])
                        self.changed.notify_all()

    def wait(self, condition, timeout_s=WAIT_S):
        with self.changed:
            return self.changed.wait_for(condition, timeout_s)

    def said(self):
        """What the lane logged about the reader, after the first opening; and whether it died."""
        told = [e for e in self.processes.events if e.process == "lane" and
                e.name.startswith(("SCAN", "PRESENTED", "ENDED"))]
        return told[1:]

    def end(self):
        if self.device.plugged:
            self.device.unplug()
        return self.processes.stop_all()

    def presented(self):
        """By seq, every PRESENTED entry as its document; and how many there are."""
        events = [json.loads(line) for line in desk_setup.run(
            PROGRAMS / "pamit", "journal", "export", "--format", "jsonl", "--config",
            self.config).splitlines()]
        return {seq: show_presented(event) for event in events for seq in event["entries"]}


class Player:
    """Plays block after block. A block is over when what it expects has come; while expectations are
    written, when nothing more comes."""

    def __init__(self, counter, write):
        self.counter = counter
        self.write = write
        self.taken = 0  # of what was said
        self.heard = 0  # of what was written to the present device
        self.came = []  # for each block: events, bytes, screen
        self.sent = b""

    def _do(self, what, argument):
        if what == "send":
            self.counter.device.send(argument)
            self.sent += argument + b"\n"
        elif what == "pause":
            time.sleep(argument)
        elif what == "unplug":
            self.counter.device.read_to_the_end()
            self.counter.device.unplug()
        else:
            self.counter.device = Device(self.counter.folder / "scanner", self.counter.changed)
            self.heard = 0

    def _await(self, expected):
        """Waits until what is expected is there; False: it is not."""
        counter = self.counter
        said = sum(line.startswith("= ") and not line.startswith("= screen") for line in expected)
        written = "".join(line[2:] for line in expected if line.startswith("< "))
        screens = [line for line in expected if line.startswith("= screen")]
        return counter.wait(lambda: len(counter.said()) >= self.taken + said and
                            len(show_bytes(counter.device.written[self.heard:])) >= len(written) and
                            all(show_screen(counter.view) == line for line in screens))

    def _await_quiet(self):
        counter, seen = self.counter, None
        while seen != (seen := (len(counter.said()), counter.view, counter.device.written)):
            time.sleep(QUIET_S)

    def play(self, blocks):
        """Until all is played, or what comes is not what was expected."""
        for block in blocks:
            for what, argument in block.steps():
                self._do(what, argument)
            expected = [line for line in block.expected if not TOTAL.fullmatch(line)]
            right = self._await_quiet() if self.write else self._await(expected)
            self._take(with_screen=self.write or any("= screen" in line for line in expected))
            if right is False:
                return

    def _take(self, with_screen):
        counter = self.counter
        with counter.changed:
            said, written = counter.said()[self.taken:], counter.device.written[self.heard:]
            screen = [show_screen(counter.view)] if with_screen else []
        self.taken += len(said)
        self.heard += len(written)
        self.came.append((said, written, screen))

    def _assert_that_nobody_is_named_in_logs(self):
        words = {word.decode() for word in re.findall(rb"[A-Za-z0-9]{6,}", self.sent)}
        for event in self.counter.processes.events:
            named = [word for word in words if word in event.details]
            assert not named, f"{event.process} {event.name} {event.details}: {named}"

    def finish(self):
        """Unplugs the reader, ends everything; a list of lines for each block."""
        counter, rest = self.counter, []
        if counter.device.plugged:
            counter.device.read_to_the_end()
            counter.device.unplug()
            counter.wait(lambda: any(e.name == "SCANNER_GONE" for e in counter.said()[self.taken:]))
            rest = [e for e in counter.said()[self.taken:] if e.name != "SCANNER_GONE"]
        codes = counter.end()
        assert set(codes.values()) <= {0}, (codes, counter.processes.last_words("lane"))
        self._assert_that_nobody_is_named_in_logs()
        presented = counter.presented()
        self.came[-1][0].extend(rest)
        folder = f"{counter.folder}/"
        lines = [[presented[int(e.detail("seq"))] if e.name == "PRESENTED" else
                  f"= {e.name} {e.details}".rstrip().replace(folder, "") for e in said] +
                 ([f"< {show_bytes(written)}"] if written else []) + screen
                 for said, written, screen in self.came]
        lines[-1].append(f"= {len(presented)} presented")
        return lines
