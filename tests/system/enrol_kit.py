"""A registry that kiosks can enrol at, and a kiosk that has nothing but its configuration.

    registry = EnrolRegistry(tmp_path / "registry")
    with registry:
        kiosk = NewKiosk(registry, tmp_path / "kiosk", "CGK-03-0412")
        done = kiosk.enrol(registry.code(kiosk.name))     # .returncode, .stdout, .stderr
        kiosk.append(3); kiosk.once()                     # as SyncKiosk, with what enrolment left
"""
import hashlib
import os
import subprocess

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

import pki
from kiosk_conf import kiosk_conf
from registry_kit import BIN, Registry
from sync_kit import PROGRAM, TIMEOUT_S, SyncKiosk

PAMIT = BIN / "pamit"
# What enrolling makes, and what comes down.
KEYS = ("storage.key", "entry.key", "tls.key")
FILES = ("receipt.pub", "policy.pub", "endpoint", "ca.pem", "tls.pem")


class EnrolRegistry(Registry):
    """Like its parent, with the second listener."""

    def __init__(self, folder, **config):
        super().__init__(folder, **{"enrol": "yes", "enrol_port": 0, **config})
        pki.public_pem(self.policy_key, self.folder / "policy.pub")

    def start(self):
        super().start()
        self.enrol_port = int(
            self.await_log("REGISTRY_ENROL_LISTENING").rpartition("port=")[2])

    @property
    def url(self):
        return f"https://localhost:{self.enrol_port}"

    def code(self, name, *options):
        """A code as it is printed."""
        return self.command("enrol-code", name, *options).strip()


class NewKiosk(SyncKiosk):
    """A folder with a configuration, and no key."""

    def __init__(self, registry, folder, name):  # pylint: disable=super-init-not-called
        self.registry, self.folder, self.name = registry, folder, name
        self.folder.mkdir(parents=True)
        self.process, self.log = None, []
        self.configure()

    def configure(self, *, interval_s=1, assume_synced=True, storage_key="storage.key", **sync):  # pylint: disable=arguments-differ
        path = self.folder / "pamit.conf"
        path.write_text(kiosk_conf(
            kiosk={"kiosk_id": self.name, "storage_key": storage_key,
                   "assume_clock_synced": "yes" if assume_synced else "no"},
            sync={"registry_host": "enrolled", "sync_interval_s": interval_s,
                  "backoff_min_ms": 50, "backoff_max_ms": 500, **sync}))
        return path

    def enrol(self, code, *options, url=None, **environment):
        """`pamit enrol`, finished."""
        return subprocess.run(
            [PAMIT, "enrol", url or self.registry.url, code, *options, "--config",
             self.folder / "pamit.conf"],
            capture_output=True, text=True, timeout=TIMEOUT_S, check=False,
            env={**os.environ, **environment})

    def contact(self):
        """One contact, which has to be a good one."""
        done = self.once()
        assert done.returncode == 0, done.stderr
        return done.stderr

    def certificate(self, name="tls.pem"):
        return x509.load_pem_x509_certificate((self.folder / name).read_bytes())

    def status(self):
        return subprocess.run([PAMIT, "status", "--json", "--config", self.folder / "pamit.conf"],
                              capture_output=True, text=True, timeout=TIMEOUT_S, check=False)

    def present(self):
        """The names of all files in the kiosk's folder."""
        return {path.name for path in self.folder.iterdir()}

    def digest(self, *names):
        return {name: hashlib.sha256((self.folder / name).read_bytes()).hexdigest()
                for name in names}


def certificate_request(key, *names):
    """PKCS #10, DER, by a client that shares no code with Pamit."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name) for name in names])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject)
    return request.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


# ---- codes, by independent means: base 32 and the check symbols of sync/enrol_code.h ----

SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def _double(value):
    """Times x in GF(32), modulo x^5 + x^2 + 1."""
    value <<= 1
    return value ^ 0x25 if value & 32 else value


def _check(data, group):
    powers = []
    for value, power in zip(data, (4, 3, 2, 1)):
        for _ in range(power):
            value = _double(value)
        powers.append(value)
    return powers[0] ^ powers[1] ^ powers[2] ^ powers[3] ^ (group + 1)


def code_read(text):
    """(fingerprint, secret) of a code whose check symbols hold."""
    number = 0
    for group, symbols in enumerate(text.split("-")):
        *data, check = [SYMBOLS.index(symbol) for symbol in symbols]
        assert _check(data, group) == check
        for value in data:
            number = number << 5 | value
    assert number >> 176 == 1  # the version
    plain = (number & (1 << 176) - 1).to_bytes(22, "big")
    return plain[:12], plain[12:]


def code_write(fingerprint, secret):
    number = 1 << 176 | int.from_bytes(fingerprint + secret, "big")
    groups = []
    for group in range(9):
        data = [number >> (175 - 20 * group - 5 * i) & 31 for i in range(4)]
        groups.append("".join(SYMBOLS[value] for value in (*data, _check(data, group))))
    return "-".join(groups)


__all__ = ["EnrolRegistry", "FILES", "KEYS", "NewKiosk", "PROGRAM", "certificate_request",
           "code_read", "code_write"]
