"""A kiosk's files for the tests of `pamit`: keys made here, databases made by store_sample."""

import os
import subprocess
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from kiosk_conf import kiosk_conf
from pki import write_private

BIN = Path(os.environ["PAMIT_BIN"])
KIOSK = "CGK-03-0412"


def make_key(folder, name):
    """NAME.pem and NAME.pub.pem in the folder; returns the public key."""
    key = ec.generate_private_key(ec.SECP256R1())
    write_private(folder / f"{name}.pem", key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption()))
    (folder / f"{name}.pub.pem").write_bytes(key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo))
    return key.public_key()


def make_kiosk(folder):
    """Fills the folder: pamit.conf, keys, journal.db, cache.db, sync.db."""
    make_key(folder, "entry")
    make_key(folder, "receipt")
    make_key(folder, "policy")
    write_private(folder / "storage.key", os.urandom(32))
    (folder / "pamit.conf").write_text(kiosk_conf(
        kiosk={"kiosk_id": KIOSK}, lane={"entry_key": "entry.pem"},
        sync={"receipt_key": "receipt.pub.pem", "policy_key": "policy.pub.pem"}))
    subprocess.run([BIN / "store_sample", folder], check=True, timeout=60)
    return folder


def pamit(*words, code=0):
    """Runs pamit; returns its standard output and error."""
    done = subprocess.run([BIN / "pamit", *map(str, words)], capture_output=True, timeout=60,
                          text=True)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout, done.stderr
