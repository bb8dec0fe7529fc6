"""A real pamit-registry for tests, and a kiosk that speaks its protocol by independent means.

The kiosk here shares no code with Pamit: entries are built with cbor2, signed with
python3-cryptography, and packed into a zstd frame of raw blocks written by hand (RFC 8878 3.1.1.2).

    registry = Registry(tmp_path)           # makes CA, keys, config, store
    kiosk = registry.enrol("CGK-03-0412")   # certificate, entry key, registered
    with registry:                          # serves
        reply = kiosk.post(kiosk.batch(1, 3))
"""

import hashlib
import http.client
import json
import os
import re
import signal
import ssl
import struct
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import cbor2
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

import pki

BIN = Path(os.environ.get("PAMIT_BIN", Path(__file__).parents[2] / "build" / "dev" / "bin"))
PROGRAM = BIN / "pamit-registry"
START_S = 60
HOUR_S = 3600
ZERO_HASH = bytes(32)

PRESENTED, DECIDED, EPOCH, RECOVERED = 1, 2, 12, 15


def deterministic(value):
    return cbor2.dumps(value, canonical=True)


def key_id(key):
    point = key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return hashlib.sha256(point).digest()[:8]


def _protected(key):
    return deterministic({1: -7, 4: key_id(key)})


def cose_signature(key, payload):
    """r || s over Sig_structure (RFC 9052 4.4)."""
    signed = deterministic(["Signature1", _protected(key), b"", payload])
    r, s = utils.decode_dss_signature(key.sign(signed, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def seal(key, claims):
    """What `key` signs, as an envelope."""
    payload = deterministic(claims)
    return cbor2.dumps(cbor2.CBORTag(18, [_protected(key), {}, payload, cose_signature(key, payload)]))


def cose_payload(key, envelope, decode=cbor2.loads):
    """The payload of an envelope that `key` signed; anything else raises."""
    tagged = cbor2.loads(envelope)
    assert tagged.tag == 18
    protected, unprotected, payload, signature = tagged.value
    assert protected == _protected(key) and unprotected == {}
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    signed = deterministic(["Signature1", protected, b"", payload])
    key.public_key().verify(
        utils.encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA256())
    )
    return decode(payload)


def zstd_raw(plain):
    """One zstd frame of raw blocks: single segment, 4-byte content size."""
    block_max = 128 << 10
    blocks = [plain[i : i + block_max] for i in range(0, len(plain), block_max)] or [b""]
    frame = struct.pack("<IBI", 0xFD2FB528, 0b1010_0000, len(plain))
    for i, block in enumerate(blocks):
        head = len(block) << 3 | (i == len(blocks) - 1)
        frame += head.to_bytes(3, "little") + block
    return frame


def zstd_bomb(size):
    """A frame of run-length blocks: `size` zero bytes from a few."""
    block_max = 128 << 10
    frame = struct.pack("<IBI", 0xFD2FB528, 0b1010_0000, size)
    while size > 0:
        length = min(size, block_max)
        size -= length
        frame += (length << 3 | 1 << 1 | (size == 0)).to_bytes(3, "little") + b"\0"
    return frame


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict
    body: bytes


@dataclass(frozen=True)
class Entry:
    seq: int
    unlinked: bytes
    payload: bytes
    whole: bytes
    hash: bytes


class Kiosk:
    """A journal and a client of the registry."""

    def __init__(self, registry, name, identity, entry_key):
        self.registry, self.name = registry, name
        self.identity, self.entry_key = identity, entry_key
        self.epoch = 1
        self.entries = []
        self.clock_ms = int(time.time() - HOUR_S) * 1000  # at its first entry, about

    # ---- the journal ----

    def append(self, kind, payload):
        """Appends an entry; `payload` lacks its salt, or is bytes as they come."""
        if isinstance(payload, dict):
            payload = deterministic({0: os.urandom(16), **payload})
        seq = len(self.entries) + 1
        header = {
            1: 1, 2: self.name, 3: self.epoch, 4: seq, 5: kind,
            6: self.clock_ms + seq * 1000, 7: 7, 8: 3, 9: 1, 10: bytes(range(16)), 11: seq * 1000,
        }
        prev = self.entries[-1].hash if self.entries else ZERO_HASH
        whole = deterministic({**header, 12: hashlib.sha256(payload).digest(), 13: prev})
        entry = Entry(seq, deterministic(header), payload, whole, hashlib.sha256(whole).digest())
        self.entries.append(entry)
        return entry

    def append_epoch(self):
        return self.append(EPOCH, {})

    def fill(self, count):
        """An EPOCH entry, then pairs of PRESENTED and DECIDED, up to `count` entries."""
        while len(self.entries) < count:
            if not self.entries:
                self.append_epoch()
            elif len(self.entries) % 2:
                self.append(PRESENTED, presented())
            else:
                self.append(DECIDED, decided(len(self.entries)))
        return self

    def batch(self, first, last, *, key=None, epoch=None, nonce=None, purged=()):
        """The bytes of a batch of entries first..last, before compression."""
        chosen = self.entries[first - 1 : last]
        items = [
            [e.unlinked, None, hashlib.sha256(e.payload).digest()]
            if e.seq in purged
            else [e.unlinked, e.payload]
            for e in chosen
        ]
        batch = {
            1: 1, 2: epoch or self.epoch, 3: first, 4: nonce or bytes(16), 5: items,
            6: cose_signature(key or self.entry_key, chosen[-1].whole),
        }
        return deterministic(batch)

    # ---- the client ----

    def context(self):
        context = ssl.create_default_context(cafile=self.registry.ca.cert)
        context.load_cert_chain(self.identity.cert, self.identity.key)
        return context

    def request(self, method, path, body=None, headers=None):
        connection = http.client.HTTPSConnection(
            "localhost", self.registry.port, context=self.context(), timeout=START_S
        )
        try:
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            return Reply(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            connection.close()

    def post(self, batch):
        return self.request("POST", "/v1/entries", zstd_raw(batch))

    def receipt(self, reply):
        return cose_payload(self.registry.receipt_key, reply.body)


class Registry:
    """A folder with all that a registry needs, its commands, and the process."""

    def __init__(self, folder, **config):
        self.folder = Path(folder)
        self.ca = pki.make_ca(self.folder)
        self.tls = pki.issue(
            self.ca, "localhost", self.folder, "registry", server=True,
            sans=["localhost", "127.0.0.1"],
        )
        self.receipt_key = pki.ec_key(self.folder / "receipt.key")
        self.policy_key = pki.ec_key(self.folder / "policy.key")
        self.config = self.write_config(**config)
        self.process, self.port, self.log = None, None, []
        self.command("init")

    def write_config(self, name="registry.conf", **changes):
        values = {
            "port": 0, "store": "registry.db", "tls_cert": "registry.pem",
            "tls_key": "registry.key", "client_ca": "ca.pem", "receipt_key": "receipt.key",
            "policy_key": "policy.key", **changes,
        }
        path = self.folder / name
        lines = [f"{key} = {value}" for key, value in values.items() if value is not None]
        path.write_text("\n".join(["[registry]", *lines]) + "\n")
        return path

    # ---- commands ----

    def run(self, *words, config=None):
        return subprocess.run(
            [PROGRAM, *map(str, words), "--config", config or self.config],
            capture_output=True, text=True, timeout=60, check=False,
        )

    def command(self, *words):
        done = self.run(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def enrol(self, name, **certificate):
        """A kiosk with a certificate and an entry key, registered."""
        identity = pki.issue(self.ca, name, self.folder, name, **certificate)
        public = self.folder / f"{name}.entry.pub"
        key = pki.ec_key(self.folder / f"{name}.entry.key", public)
        self.command("kiosk", "add", name, "--entry-key", public)
        return Kiosk(self, name, identity, key)

    def head(self, name):
        text = self.command("head", name)
        epoch, following, head = re.fullmatch(
            r"epoch=(\d+) next=(\d+) head=([0-9a-f]{64})\n", text
        ).groups()
        return int(epoch), int(following), bytes.fromhex(head)

    def events(self):
        return [json.loads(line) for line in self.command("export", "events").splitlines()]

    # ---- the process ----

    def start(self):
        self.log.clear()
        self.process = subprocess.Popen(
            [PROGRAM, "serve", "--config", self.config], stderr=subprocess.PIPE, text=True
        )
        self._reader = threading.Thread(target=self._read_log, daemon=True)
        self._reader.start()
        self.port = int(self.await_log("REGISTRY_LISTENING").rpartition("port=")[2])

    def _read_log(self):
        for line in self.process.stderr:
            self.log.append(line.rstrip("\n"))

    def await_log(self, text):
        """The first line of the log with `text`, waited for."""
        end = time.monotonic() + START_S
        while time.monotonic() < end:
            for line in list(self.log):
                if text in line:
                    return line
            if self.process.poll() is not None:
                self._reader.join()
                if not any(text in line for line in self.log):
                    break
            time.sleep(0.01)
        raise AssertionError(f"no {text!r} in the log: {self.log}")

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        code = self.process.wait(START_S)
        self._reader.join(START_S)
        self.process.stderr.close()
        return code

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            assert self.stop() == 0


# ---- payloads, by their keys in firmware/core/entry_payload.c ----


def _place():
    return {1: 2, 2: "CGK", 3: "03", 4: "P-0001"}


def _payload(fields, changes):
    """The codec leaves out what is zero: so a change to None takes a field away."""
    return {key: value for key, value in {**fields, **(changes or {})}.items() if value is not None}


def presented(changes=None):
    """SITI (fictional) with a matching placement: SESUAI by R001."""
    return _payload({
        1: _place(),
        3: {2: 1, 3: "GA 832", 4: "TWN", 5: 1, 6: 1},
        4: {
            1: 1, 2: "X0000001", 3: "IDN", 4: "IDN", 5: "RAHMAWATI SITI NURHALIZA", 6: "F",
            7: 19980412, 8: 20340501, 9: 1,
            10: [
                "P<IDNRAHMAWATI<<SITI<NURHALIZA<<<<<<<<<<<<<<",
                "X0000001<4IDN9804120F3405019<<<<<<<<<<<<<<<2",
            ],
            11: [1, 1, 1, 2, 1],
        },
        5: 1, 6: 3, 7: "PMI-2026-000001", 8: {1: True, 2: 1795305000, 4: 4}, 9: 12, 10: 1,
        11: [{1: 1, 2: 1}],
    }, changes)


def decided(answers, decision=1, changes=None):
    """An officer's decision on the entry `answers`; 1 is CLEARED, 4 DEFERRED."""
    return _payload({1: _place(), 2: answers, 3: decision, 4: 1, 7: 2300}, changes)
