"""A kiosk's files for the tests of `pamit`: keys made here, databases made by store_sample."""

import os
import subprocess
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pki import write_private

BIN = Path(os.environ["PAMIT_BIN"])
KIOSK = "CGK-03-0412"

CONFIG = """\
[kiosk]
kiosk_id = {kiosk}
mode = desk
zone = WIB
tpi_code = CGK
tpi_name = Soekarno-Hatta
counter = 03
storage_key = storage.key
[lane]
journal = journal.db
entry_key = entry.pem
lane_socket = lane.sock
console_uid = 0
officer_id = P-0001
officer_name = Petugas Contoh
refer_to = BP3MI
[scanner]
scanner_device = scanner
[panel]
gpio_chip = gpio
lamp_green = 1
lamp_amber = 2
lamp_red = 3
lamp_white = 4
buzzer = 5
button_1 = 6
button_2 = 7
button_3 = 8
button_4 = 9
[sync]
cache = cache.db
sync_db = sync.db
registry_host = localhost
ca_cert = ca.pem
tls_cert = tls.pem
tls_key = tls.key
receipt_key = receipt.pub.pem
policy_key = policy.pub.pem
"""


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
    write_private(folder / "storage.key", os.urandom(32))
    (folder / "pamit.conf").write_text(CONFIG.format(kiosk=KIOSK))
    subprocess.run([BIN / "store_sample", folder], check=True, timeout=60)
    return folder


def pamit(*words, code=0):
    """Runs pamit; returns its standard output and error."""
    done = subprocess.run([BIN / "pamit", *map(str, words)], capture_output=True, timeout=60,
                          text=True)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout, done.stderr
