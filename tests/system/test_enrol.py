"""Enrolment from a code alone, against the real registry over real TLS."""
import pytest

from enrol_kit import FILES, KEYS, EnrolRegistry, NewKiosk

NAME = "CGK-03-0412"


@pytest.fixture
def registry(tmp_path):
    with EnrolRegistry(tmp_path / "registry") as registry:
        yield registry


@pytest.fixture
def kiosk(registry, tmp_path):
    return NewKiosk(registry, tmp_path / "kiosk", NAME)


def assert_enrolled(kiosk, done):
    assert done.returncode == 0, done.stderr
    assert set(KEYS + FILES) <= kiosk.present()
    kiosk.append(3)
    kiosk.contact()
    assert kiosk.registry.head(kiosk.name)[1] - 1 == kiosk.state()["next"] - 1 > 0


def test_a_code_is_all_it_takes(registry, kiosk):
    done = kiosk.enrol(registry.code(NAME))
    assert_enrolled(kiosk, done)
