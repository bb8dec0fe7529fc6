"""Our COSE_Sign1 and deterministic CBOR against implementations that share no code with them.

python3-cbor2 encodes and decodes, python3-cryptography (OpenSSL) signs and verifies, openssl makes
the key files. Random cases print their seed and take it from PAMIT_SEED.
"""

import hashlib
import os
import random
import subprocess

import cbor2
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

TOOL = os.environ["PAMIT_COSE_TOOL"]
SEED = int(os.environ.get("PAMIT_SEED", "20261121"))

PAYLOADS = [b"", b"x", bytes(range(256)), b"\x5a" * 70000]


def tool(*arguments, data):
    return subprocess.run([TOOL, *arguments], input=data, capture_output=True, timeout=60)


def key_id(public_key):
    point = public_key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return hashlib.sha256(point).digest()[:8]


def to_be_signed(protected, payload):
    return cbor2.dumps(["Signature1", protected, b"", payload])


def python_seal(key, payload, algorithm=-7):
    protected = cbor2.dumps({1: algorithm, 4: key_id(key.public_key())}, canonical=True)
    r, s = utils.decode_dss_signature(
        key.sign(to_be_signed(protected, payload), ec.ECDSA(hashes.SHA256()))
    )
    signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    return cbor2.dumps(cbor2.CBORTag(18, [protected, {}, payload, signature]))


def python_open(public_key, envelope):
    outer = cbor2.loads(envelope)
    assert outer.tag == 18
    protected, unprotected, payload, signature = outer.value
    assert unprotected == {}
    assert cbor2.loads(protected) == {1: -7, 4: key_id(public_key)}
    assert len(signature) == 64
    der = utils.encode_dss_signature(
        int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    )
    public_key.verify(der, to_be_signed(protected, payload), ec.ECDSA(hashes.SHA256()))
    return payload


@pytest.fixture(params=["SEC 1", "PKCS #8"])
def keys(request, tmp_path):
    """A fresh key pair as openssl writes it: (private PEM, public PEM, python's private key)."""
    private, public = str(tmp_path / "key.pem"), str(tmp_path / "key.pub")
    if request.param == "SEC 1":
        make = ["ecparam", "-genkey", "-name", "prime256v1", "-noout", "-out", private]
    else:
        make = ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", private]
    subprocess.run(["openssl", *make], check=True, capture_output=True)
    os.chmod(private, 0o600)
    subprocess.run(
        ["openssl", "pkey", "-in", private, "-pubout", "-out", public],
        check=True,
        capture_output=True,
    )
    with open(private, "rb") as file:
        key = serialization.load_pem_private_key(file.read(), None)
    return private, public, key


@pytest.mark.parametrize("payload", PAYLOADS, ids=len)
def test_python_opens_what_we_seal(keys, payload):
    private, _, key = keys
    sealed = tool("seal", private, data=payload)
    assert sealed.returncode == 0, sealed.stderr
    assert python_open(key.public_key(), sealed.stdout) == payload
    altered = bytearray(sealed.stdout)
    altered[-1] ^= 1
    with pytest.raises(InvalidSignature):
        python_open(key.public_key(), bytes(altered))


@pytest.mark.parametrize("payload", PAYLOADS, ids=len)
def test_we_open_what_python_seals(keys, payload):
    _, public, key = keys
    opened = tool("open", public, data=python_seal(key, payload))
    assert opened.returncode == 0, opened.stderr
    assert opened.stdout == payload


def test_our_encoding_is_the_one_python_makes(keys):
    private, _, key = keys
    sealed = tool("seal", private, data=b"one entry").stdout
    theirs = python_seal(key, b"one entry")
    assert sealed[:-64] == theirs[:-64]


def test_we_refuse_what_python_seals_with_another_key_or_algorithm(keys):
    _, public, key = keys
    stranger = ec.generate_private_key(ec.SECP256R1())
    refused = tool("open", public, data=python_seal(stranger, b"one entry"))
    assert (refused.returncode, refused.stdout) == (1, b"")
    assert refused.stderr.startswith(b"not authentic")
    refused = tool("open", public, data=python_seal(key, b"one entry", algorithm=-35))
    assert (refused.returncode, refused.stdout) == (1, b"")
    assert refused.stderr.startswith(b"malformed")


def any_item(rng, depth):
    """An item of the kinds Pamit's formats use."""
    kinds = 6 if depth == 0 else 8
    kind = rng.randrange(kinds)
    if kind == 0:
        return rng.getrandbits(rng.randrange(1, 65))
    if kind == 1:
        return -1 - rng.getrandbits(rng.randrange(1, 64))
    if kind == 2:
        return rng.randbytes(rng.choice([0, 1, 23, 24, 255, 256]))
    if kind == 3:
        return "".join(rng.choice("AZ az09'é€\U0001f6c2") for _ in range(rng.randrange(30)))
    if kind == 4:
        return rng.random() < 0.5
    if kind == 5:
        return None
    if kind == 6:
        return [any_item(rng, depth - 1) for _ in range(rng.randrange(6))]
    keys = sorted(rng.sample(range(70000), rng.randrange(6)))
    return {key: any_item(rng, depth - 1) for key in keys}


def test_our_reader_accepts_all_that_python_encodes_canonically():
    print("PAMIT_SEED =", SEED)
    rng = random.Random(SEED)
    for _ in range(150):
        item = any_item(rng, 6)
        encoded = cbor2.dumps(item, canonical=True)
        judged = tool("raw", data=encoded)
        assert judged.returncode == 0, encoded.hex()
        cut = tool("raw", data=encoded[:-1])
        assert cut.returncode == 1, encoded.hex()
