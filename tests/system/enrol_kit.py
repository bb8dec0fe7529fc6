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

    def configure(self, *, interval_s=1, assume_synced=True, **sync):  # pylint: disable=arguments-differ
        path = self.folder / "pamit.conf"
        path.write_text(kiosk_conf(
            kiosk={"kiosk_id": self.name,
                   "assume_clock_synced": "yes" if assume_synced else "no"},
            sync={"registry_host": "enrolled", "sync_interval_s": interval_s,
                  "backoff_min_ms": 50, "backoff_max_ms": 500, **sync}))
        return path

    def enrol(self, code, url=None, **environment):
        """`pamit enrol`, finished."""
        return subprocess.run(
            [PAMIT, "enrol", url or self.registry.url, code, "--config",
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


__all__ = ["EnrolRegistry", "FILES", "KEYS", "NewKiosk", "PROGRAM"]
