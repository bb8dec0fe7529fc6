"""A kiosk on its own kernel, with a registry on this machine: what the cases are written with.

    rig.power_on()                   # boots; the three services come up, the data arrive
    rig.plug()
    shown = rig.scan("siti")         # a sample document of board/desk on the reader; its verdict, told
                                     # and lit: a change that the kernel's chip saw
    rig.press(1)                     # the counter's first button
    rig.recorded(shown, "CLEARED")   # by the lane's word, the journal and the registry

The disk is one image for all boots of a rig; `rig.cut()` takes the power and `rig.power_on()` gives it back.
"""
import datetime as dt
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/system"), str(ROOT / "board/desk")]

import pki  # noqa: E402
from kiosk_conf import kiosk_conf  # noqa: E402
from registry_kit import BIN, Registry  # noqa: E402,F401  (for the cases)
from samples import Samples  # noqa: E402

from guest import Guest  # noqa: E402
from lamps import PANEL, Lamps, line_of  # noqa: E402

KIOSK = "GST-01-0001"
HOST = "registry.pamit.test"
SERVICES = ("lane", "console", "sync")
LAMP = {"SESUAI": "green", "RUJUK": "amber", "TUNDA": "red"}
RESULT = {"SESUAI": "GREEN", "RUJUK": "AMBER", "TUNDA": "RED"}  # in an export
DEAF_MS = 450  # the lane takes no key in a verdict's first 400 ms
DISK_MB = 64


class Shown:
    """A verdict that the lane told."""

    def __init__(self, match):
        self.seq, self.verdict, self.reasons = int(match[1]), match[2], match[3]


class Rig:
    """A registry with sample data, a disk with a kiosk's files, and the machine that boots from it."""

    def __init__(self, folder, disk_mb=DISK_MB, scanner=None, sync=None, files=None):
        self.folder, self.disk_mb = pathlib.Path(folder), disk_mb
        self.guest, self.boots, self.supplied = None, 0, False
        self.folder.mkdir(exist_ok=True)
        # The counter's day: its zone is WIB, seven hours ahead of UTC.
        self.samples = Samples((dt.datetime.now(dt.timezone.utc) + dt.timedelta(hours=7)).date())
        self.documents = {document["name"]: document["lines"] for document in self.samples.documents}
        self._make_registry()
        self._make_disk({"scanner_profile": "lines"} | (scanner or {}), sync or {}, files or {})

    def _make_registry(self):
        self.registry = Registry(self.folder / "registry")
        pki.issue(self.registry.ca, HOST, self.registry.folder, "registry", server=True, sans=[HOST])
        data = self.folder / "data"
        data.mkdir()
        self.samples.write(data)
        for name in ("placements.jsonl", "lists.jsonl", "policy.json"):
            self.registry.command("import", name.partition(".")[0], data / name)
        self.registry.start()
        # The guest knows this port, so a registry that comes back has to take it again.
        self.registry.config = self.registry.write_config(port=self.registry.port)

    def _make_disk(self, scanner, sync, others):
        files = self.folder / "disk"
        files.mkdir()
        pki.storage_key(files / "storage.key")
        pki.ec_key(files / "entry.key", files / "entry.pub")
        pki.public_pem(self.registry.receipt_key, files / "receipt.pub")
        pki.public_pem(self.registry.policy_key, files / "policy.pub")
        pki.issue(self.registry.ca, KIOSK, files, "tls")
        (files / "ca.pem").write_bytes(self.registry.ca.cert.read_bytes())
        shutil.copy(PANEL, files / "panel.conf")
        (files / "pamit.conf").write_text(kiosk_conf(
            kiosk={"kiosk_id": KIOSK, "mode": "live", "site": "online", "tpi_code": "CTH"},
            lane={"lane_socket": "/run/lane.sock"},
            scanner={"scanner_device": "/dev/serial/by-id/usb-reader"} | scanner,
            panel={"board": "panel.conf"},
            sync={"registry_host": HOST, "registry_port": 8443, "sync_interval_s": 2, "backoff_min_ms": 100,
                  "backoff_max_ms": 1000} | sync))
        for name, path in others.items():
            (files / name).unlink(missing_ok=True)
            os.link(path, files / name)  # it may be large
        self.registry.command("kiosk", "add", KIOSK, "--entry-key", files / "entry.pub")
        self.image = self.folder / "disk.img"
        subprocess.run(["mke2fs", "-q", "-F", "-t", "ext4", "-b", "4096", "-E", "root_owner=0:0", "-d", files, self.image,
                        f"{self.disk_mb}M"], check=True)  # of a card's blocks, whatever its size

    # ---- power ----

    def power_on(self, services=SERVICES, **options):
        """Boots, and starts the services."""
        self.boots += 1
        self.guest = Guest(self.image, self.folder / f"boot-{self.boots}", self.registry.port, **options)
        self.log, self.page, self.lamps = self.guest.log, self.guest.page, Lamps(self.guest)
        if services:
            self.start(*services)
        return self

    def start(self, *services):
        """The first time that all of them are started it waits until there are data to judge by."""
        after = len(self.log)
        self.guest.sh(f"start {' '.join(services)}")
        for name in services:
            self.log.wait(rf"pamit-{name} READY", after)
        if services == SERVICES and not self.supplied:
            self.log.wait("pamit-sync SYNC_ONLINE", after)
            self.log.wait("pamit-lane POLICY_READY", after)
            self.supplied = True

    def ready_ms(self, name):
        """When a process said that it was ready, by the guest's clock."""
        return float(self.guest.sh(f"cat /run/{name}.ready")) * 1000

    def cut(self):
        self.guest.cut()
        self.guest = None

    def cut_after(self, event, only, times, delay_ms):
        """The power goes, by itself, so long after the guest's kernel has traced an event so often (guest/init's fuse);
        ended() waits for that."""
        self.guest.sh(f"fuse {event} '{only}' {times} {round(delay_ms * 1000)}")

    def ended(self):
        """Waits until the machine has ended by itself."""
        self.guest.ended()
        self.guest = None

    @staticmethod
    def now_s():
        return int(time.time())

    def close(self):
        if self.guest:
            self.cut()
        if self.registry.process.poll() is None:
            self.registry.stop()

    # ---- the counter ----

    def plug(self):
        """The scanner's cable, until the lane has it open."""
        after = len(self.log)
        self.guest.plug()
        self.log.wait(r"pamit-lane SCANNER_OPEN", after)

    def unplug(self):
        """... until the lane has noticed."""
        after = len(self.log)
        self.guest.unplug()
        self.log.wait(r"pamit-lane SCANNER_GONE", after)

    def send(self, document, begin=0, end=None):
        """What the reader sends of a document, by name, from byte `begin` to `end`; no waiting."""
        self.guest.scanner.sendall("".join(f"{line}\r" for line in self.documents[document]).encode()[begin:end])

    def presented(self, after):
        """The first verdict that the lane has told beyond line `after` of its log."""
        return Shown(self.log.wait(r"pamit-lane PRESENTED seq=(\d+) verdict=(\w+) reasons=(\S+)", after))

    def scan(self, document, lit=True):
        """Puts a document on the reader; the verdict that is shown for it, also by its lamp unless there is none."""
        after, lamps = len(self.log), self.lamps.mark()
        self.send(document)
        shown = self.presented(after)
        if lit:
            self.lamps.on(LAMP[shown.verdict], lamps)
        return shown

    line_of = staticmethod(line_of)

    def press(self, *numbers, bounces=0):
        """Buttons, pressed for a moment by somebody who has seen the verdict."""
        self.guest.sh(f"press {DEAF_MS} {bounces} {' '.join(str(line_of(f'button_{number}')) for number in numbers)}")

    def presses(self, after):
        """The buttons that the page was told of as pressed, beyond its line `after`."""
        told = (re.search(r'"number":(\d),"pressed":true', line) for line in self.page.lines[after:])
        return [int(match[1]) for match in told if match]

    def cross(self, document, button):
        """A document from reader to recorded decision; the number of that."""
        shown = self.scan(document)
        self.press(button)
        return self.decided(shown.seq)[0]

    def decided(self, seq):
        """Waits until a decision on entry `seq` is said to be recorded; its number and name."""
        match = self.log.wait(rf"pamit-lane DECIDED seq=(\d+) answers={seq} decision=(\w+)")
        return int(match[1]), match[2]

    # ---- what is kept ----

    def recorded(self, shown, decision):
        """Waits until the lane says so, the journal is sound as far as that, and the registry has it."""
        seq, told = self.decided(shown.seq)
        assert told == decision and self.verified() >= seq
        (crossing,) = [event for event in self.uploaded(seq) if shown.seq in event["entries"]]
        assert crossing["entries"] == [shown.seq, seq]
        assert (crossing["result"], crossing["decision"]) == (RESULT[shown.verdict], decision)
        return seq

    def count(self, event, after=0):
        """How often the lane has told `event` beyond line `after`."""
        return sum(f"pamit-lane {event} " in line for line in self.log.lines[after:])

    def acknowledged(self):
        """The numbers of the entries that log or page have told of in this boot."""
        told = re.findall(r"pamit-lane (?:PRESENTED|DECIDED) seq=(\d+)", "\n".join(self.log.lines))
        told += re.findall(r'"(?:crossing":{"seq|decided_seq)":(\d+)', "\n".join(self.page.lines))
        return [int(seq) for seq in told]

    def lit_before(self, ready_ms, after=0, from_ms=0):
        """The lamps that went on beyond `after` of them, between these two moments: a lane's word that it is ready is the
        later. But for its white, since that word comes a moment later to who stamps it."""
        return {name for ms, name, on in self.lamps.changes(after) if on and from_ms < ms < ready_ms} - {"white"}

    def verified(self):
        """The journal's own verification finds it sound; the number of its last entry."""
        return int(re.search(r"^sound: .*, last (\d+),", self.guest.sh(
            "pamit journal verify --config /data/pamit.conf 2>/dev/null"), re.MULTILINE)[1])

    def exported(self):
        """The kiosk's own export of crossings."""
        return [json.loads(line) for line in self.guest.sh(
            "pamit journal export --config /data/pamit.conf 2>/dev/null").splitlines()]

    def registry_next(self):
        """The number of the entry that the registry expects."""
        return self.registry.head(KIOSK)[1]

    def uploaded(self, seq):
        """Waits until the registry has acknowledged entry `seq`; its export of crossings."""
        acknowledged = re.compile(r"pamit-sync \w+ .*next=(\d+)")
        self.log.wait_for(f"receipt beyond {seq}", lambda lines: any(
            match and int(match[1]) > seq for match in map(acknowledged.search, lines)))
        return self.registry.events()
