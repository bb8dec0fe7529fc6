"""What the tests of enrolment share: one registry for all of a file, and a new kiosk for each test."""
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from enrol_kit import KEYS, EnrolRegistry, NewKiosk

NAME = "CGK-09-0412"
REFUSED, USAGE, AGAIN = 1, 2, 3


@pytest.fixture(name="running", scope="module")
def make_running(tmp_path_factory):
    with EnrolRegistry(tmp_path_factory.mktemp("registry")) as registry:
        yield registry


@pytest.fixture(name="registry")
def make_registry(running):
    """Started anew where it has something to remember of wrong attempts."""
    if any("REGISTRY_ENROL_REFUSED" in line for line in running.log):
        assert running.stop() == 0
        running.start()
    running.log.clear()
    return running


@pytest.fixture(name="kiosk")
def make_kiosk(registry, tmp_path):
    registry.kiosks = getattr(registry, "kiosks", 0) + 1
    return NewKiosk(registry, tmp_path / "kiosk", f"CGK-03-{registry.kiosks:04}")


def assert_works(kiosk):
    """What enrolment left is enough for pamit-sync: all of a new journal arrives."""
    _, last, _ = kiosk.append(3)
    kiosk.contact()
    assert kiosk.registry.head(kiosk.name)[1] == last + 1


def assert_nothing_came(kiosk):
    """A kiosk that was refused has the keys it made, or none, and nothing of a registry."""
    assert kiosk.present() <= {"pamit.conf", *KEYS}


def ca_der(registry):
    return registry.ca.certificate.public_bytes(Encoding.DER)
