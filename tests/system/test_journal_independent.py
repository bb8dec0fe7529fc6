"""A journal as an auditor gets it, verified by programs that share no code with ours.

`pamit journal export --entries` gives headers, signatures and payloads as signed; python3-cbor2
decodes and re-encodes them, python3-cryptography (OpenSSL) checks the signatures, hashlib the chain.
"""

import hashlib
import io
import json

import cbor2
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from store_kit import KIOSK, make_kiosk, pamit

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
