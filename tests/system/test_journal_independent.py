"""A journal as an auditor gets it, verified by programs that share no code with ours.

`pamit journal export --entries` gives headers, signatures and payloads as signed; python3-cbor2
decodes and re-encodes them, python3-cryptography (OpenSSL) checks the signatures, hashlib the chain.
The program that AUDIT.md gives to auditors is taken from there, and run as it stands.
"""

import hashlib
import io
import json
import os
import pathlib
import re
import subprocess
import sys

import cbor2
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from store_kit import BIN, KIOSK, make_key, make_kiosk, pamit

KINDS = {"PRESENTED": 1, "DECIDED": 2, "EPOCH": 12}


@pytest.fixture
def kiosk(tmp_path):
    return make_kiosk(tmp_path)


def exported(folder):
    out, _ = pamit("journal", "export", "--entries", "--config", folder / "pamit.conf")
    return [json.loads(line) for line in out.splitlines()]


def load_key(folder):
    return serialization.load_pem_public_key((folder / "entry.pub.pem").read_bytes())


def key_id(key):
    point = key.public_bytes(serialization.Encoding.X962,
                             serialization.PublicFormat.UncompressedPoint)
    return hashlib.sha256(point).digest()[:8]


def decode(data):
    """One item, all of it, in deterministic encoding."""
    stream = io.BytesIO(data)
    item = cbor2.load(stream)
    assert stream.read() == b""
    assert cbor2.dumps(item, canonical=True) == data
    return item


def check_signature(key, header, signature):
    """COSE_Sign1, RFC 9052 4.4: ES256, protected header {1: -7, 4: key id}."""
    protected = cbor2.dumps({1: -7, 4: key_id(key)}, canonical=True)
    signed = cbor2.dumps(["Signature1", protected, b"", header])
    der = utils.encode_dss_signature(int.from_bytes(signature[:32], "big"),
                                     int.from_bytes(signature[32:], "big"))
    key.verify(der, signed, ec.ECDSA(hashes.SHA256()))


def audit(entries, key):
    """Chain, numbers, signatures and payloads; returns the head."""
    prev = bytes(32)
    for number, entry in enumerate(entries, start=1):
        header_bytes = bytes.fromhex(entry["header"])
        header = decode(header_bytes)
        payload = bytes.fromhex(entry["payload"])
        assert list(header) == list(range(1, 14))
        assert (header[1], header[2], header[3], header[4]) == (1, KIOSK, 1, number)
        assert header[5] == KINDS[entry["kind"]]
        assert header[13] == prev
        assert header[12] == hashlib.sha256(payload).digest()
        check_signature(key, header_bytes, bytes.fromhex(entry["sig"]))
        assert len(decode(payload)[0]) == 16
        prev = hashlib.sha256(header_bytes).digest()
        assert entry["hash"] == prev.hex()
    return prev


def test_an_independent_program_verifies_the_whole_journal(kiosk):
    entries = exported(kiosk)
    assert len(entries) == 9
    head = audit(entries, load_key(kiosk))
    assert pamit("journal", "head", "--config", kiosk / "pamit.conf")[0].split() == [
        "epoch=1", "next=10", f"head={head.hex()}"]


def test_payloads_say_what_the_events_say(kiosk):
    payloads = [decode(bytes.fromhex(entry["payload"])) for entry in exported(kiosk)]
    salts = {payload[0] for payload in payloads}
    assert len(salts) == len(payloads)
    presented, decided = payloads[6], payloads[7]
    assert presented[4][2] == "X0000003" and presented[4][7] == 19900100
    assert [reason[1] for reason in presented[11]] == [20, 10]
    assert decided[2] == 7 and decided[8] == '=1+1, kata "petugas"'


@pytest.mark.parametrize("field", ["header", "sig", "payload"])
def test_the_audit_itself_sees_an_altered_byte(kiosk, field):
    entries = exported(kiosk)
    altered = bytearray.fromhex(entries[4][field])
    altered[-1] ^= 1
    entries[4][field] = altered.hex()
    with pytest.raises((AssertionError, InvalidSignature)):
        audit(entries, load_key(kiosk))


# ---- the auditor's program ----------------------------------------------------------------------

AUDIT = pathlib.Path(__file__).resolve().parents[2] / "firmware" / "AUDIT.md"
PURGE, EPOCH, RECOVERED = 11, 12, 15


@pytest.fixture
def auditor(tmp_path):
    """Writes entries to a file and runs the program of AUDIT.md on it: (exit code, what it says)."""
    program = re.search(r"```python\n(# audit.py .*?)```", AUDIT.read_text(), re.S).group(1)
    (tmp_path / "audit.py").write_text(program)

    def run(entries, key):
        export = tmp_path / "entries.jsonl"
        export.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
        done = subprocess.run([sys.executable, tmp_path / "audit.py", export, key],
                              capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout + done.stderr
    return run


def test_the_auditors_program_finds_a_whole_journal_sound(kiosk, auditor):
    head = pamit("journal", "head", "--config", kiosk / "pamit.conf")[0].split("head=")[1].strip()
    assert auditor(exported(kiosk), kiosk / "entry.pub.pem") == (
        0, f"sound: {KIOSK}, last entry 9, head {head}, 0 payloads purged\n")


def test_days_of_a_counter_are_sound(kiosk, auditor):
    for file in kiosk.glob("journal.db*"):
        file.unlink()
    subprocess.run([BIN / "journal_crowd", kiosk, "700"], check=True, timeout=60)
    out, _ = pamit("journal", "export", "--entries", "--journal", kiosk / "journal.db",
                   "--storage-key", kiosk / "storage.key")
    code, said = auditor([json.loads(line) for line in out.splitlines()], kiosk / "entry.pub.pem")
    assert code == 0 and "last entry 700" in said


def flipped(entry, field):
    at = len(entry[field]) // 2
    return {**entry, field: entry[field][:at] + f"{int(entry[field][at], 16) ^ 1:x}"
            + entry[field][at + 1:]}


@pytest.mark.parametrize("proves, tamper, said", [
    ("a header", lambda e: [*e[:4], flipped(e[4], "header"), *e[5:]], "after entry 4"),
    ("a signature", lambda e: [*e[:4], flipped(e[4], "sig"), *e[5:]], "after entry 4"),
    ("a payload", lambda e: [*e[:4], flipped(e[4], "payload"), *e[5:]], "after entry 4"),
    ("the last payload", lambda e: [*e[:8], flipped(e[8], "payload")], "after entry 8"),
    ("one taken out", lambda e: e[:4] + e[5:], "after entry 4"),
    ("the first taken out", lambda e: e[1:], "after entry 0"),
    ("two reordered", lambda e: [*e[:4], e[5], e[4], *e[6:]], "after entry 4"),
    ("one twice", lambda e: [*e[:5], e[4], *e[5:]], "after entry 5"),
    ("a payload taken out", lambda e: [*e[:4], {**e[4], "payload": None}, *e[5:]], "[5]"),
])
def test_the_auditors_program_finds_what_was_altered(kiosk, auditor, proves, tamper, said):
    code, out = auditor(tamper(exported(kiosk)), kiosk / "entry.pub.pem")
    assert code == 1 and said in out, (proves, out)


def test_another_kiosks_entries_are_another_keys(kiosk, auditor):
    make_key(kiosk, "other")
    assert "after entry 0" in auditor(exported(kiosk), kiosk / "other.pub.pem")[1]


def test_a_tail_that_is_gone_shows_in_the_head(kiosk, auditor):
    entries = exported(kiosk)
    code, said = auditor(entries[:6], kiosk / "entry.pub.pem")
    assert code == 0 and f"last entry 6, head {entries[5]['hash']}" in said


# ---- histories of more than one epoch, made here after the layout that AUDIT.md gives ----------

class History:
    """Signs entries as a kiosk would."""

    def __init__(self, folder):
        self.key = serialization.load_pem_private_key((folder / "entry.pem").read_bytes(), None)
        self.entries, self.epoch, self.seq, self.head = [], 0, 0, bytes(32)

    def sign(self, header):
        protected = cbor2.dumps({1: -7, 4: key_id(self.key.public_key())}, canonical=True)
        der = self.key.sign(cbor2.dumps(["Signature1", protected, b"", header]),
                            ec.ECDSA(hashes.SHA256()))
        return b"".join(number.to_bytes(32, "big") for number in utils.decode_dss_signature(der))

    def add(self, kind, payload):
        payload = cbor2.dumps({0: os.urandom(16), **payload}, canonical=True)
        self.seq += 1
        header = cbor2.dumps({1: 1, 2: KIOSK, 3: self.epoch, 4: self.seq, 5: kind, 6: 1795250228000,
                              7: 7, 8: 3, 9: 1, 10: bytes(16), 11: 60000,
                              12: hashlib.sha256(payload).digest(), 13: self.head}, canonical=True)
        self.head = hashlib.sha256(header).digest()
        self.entries.append({"header": header.hex(), "sig": self.sign(header).hex(),
                             "payload": payload.hex()})

    def begin(self, epoch, seq, head, given=(0, 0)):
        """An EPOCH that goes on from the registry's epoch, seq and head, above what was given out."""
        said = {1: epoch, 2: seq, 3: head, 4: self.epoch, 5: self.seq,
                6: self.head if self.seq else None, 9: given[0], 10: given[1]}
        self.epoch, self.seq = max(self.epoch, epoch, given[0]) + 1, max(self.seq, seq, given[1])
        self.head = head
        self.add(EPOCH, {key: value for key, value in said.items() if value})


@pytest.fixture
def history(kiosk):
    made = History(kiosk)
    made.epoch = 1
    made.add(EPOCH, {})
    made.add(1, {1: "a traveller"})
    made.add(2, {1: "decided"})
    return made


def test_a_new_epoch_goes_on_from_the_registrys_head_and_takes_over_what_it_lacks(
        kiosk, auditor, history):
    left = history.entries[2]
    history.begin(1, 8, hashlib.sha256(b"the registry's").digest())
    history.add(RECOVERED, {1: bytes.fromhex(left["header"]), 2: bytes.fromhex(left["sig"]),
                            3: bytes.fromhex(left["payload"])})
    code, said = auditor(history.entries, kiosk / "entry.pub.pem")
    assert code == 0 and "last entry 10" in said, said


def test_a_journals_first_epoch_alone_may_begin_above_what_another_file_gave_out(
        kiosk, auditor, history):
    fresh = History(kiosk)
    for made, seq in ((fresh, 20), (history, 20)):
        made.begin(1, 8, hashlib.sha256(b"the registry's").digest(), given=(1, 19))
        assert made.seq == seq
    assert auditor(fresh.entries, kiosk / "entry.pub.pem")[0] == 0
    code, said = auditor(history.entries, kiosk / "entry.pub.pem")
    assert code == 1 and "after entry 3" in said


def test_an_epoch_must_name_the_entry_before_it(kiosk, auditor, history):
    history.begin(1, 8, hashlib.sha256(b"the registry's").digest())
    code, said = auditor(history.entries[:2] + history.entries[3:], kiosk / "entry.pub.pem")
    assert code == 1 and "after entry 2" in said


def test_what_is_recovered_must_be_signed_by_the_kiosk(kiosk, auditor, history):
    left = history.entries[2]
    history.add(RECOVERED, {1: bytes.fromhex(left["header"]), 2: bytes(64)})
    code, said = auditor(history.entries, kiosk / "entry.pub.pem")
    assert code == 1 and "after entry 3" in said


DAY = 20778  # of the History's entries


@pytest.mark.parametrize("proves, day, first, last, code, said", [
    ("both are covered", DAY, 2, 3, 0, "2 payloads purged"),
    ("one is after the last", DAY, 2, 2, 1, "not purged: [3]"),
    ("they are of another day", DAY - 1, 2, 3, 1, "not purged: [2, 3]"),
    ("the PURGE is of 1970", 0, 2, 3, 1, "not purged: [2, 3]"),
])
def test_a_payload_may_be_gone_where_a_purge_says_so(kiosk, auditor, history, proves, day, first,
                                                     last, code, said):
    named = {1: day, 2: first, 3: last, 4: last - first + 1}
    history.add(PURGE, {1: [{key: value for key, value in named.items() if value}]})
    for entry in history.entries[1:3]:
        entry["payload"] = None
    got, out = auditor(history.entries, kiosk / "entry.pub.pem")
    assert got == code and said in out, (proves, out)


def test_what_is_recovered_may_be_purged_as_well(kiosk, auditor, history):
    left = history.entries[2]
    history.add(RECOVERED, {1: bytes.fromhex(left["header"]), 2: bytes.fromhex(left["sig"])})
    history.add(PURGE, {1: [{1: DAY, 2: 4, 3: 4, 4: 1}]})
    history.entries[3]["payload"] = None
    code, out = auditor(history.entries, kiosk / "entry.pub.pem")
    assert code == 0 and "1 payloads purged" in out, out


@pytest.mark.parametrize("number", [1, 4])
def test_an_epochs_and_a_purges_payload_is_never_purged(kiosk, auditor, history, number):
    history.add(PURGE, {1: [{1: DAY, 2: 1, 3: 4, 4: 4}]})
    history.entries[number - 1]["payload"] = None
    code, out = auditor(history.entries, kiosk / "entry.pub.pem")
    assert code == 1 and f"[{number}]" in out, out
