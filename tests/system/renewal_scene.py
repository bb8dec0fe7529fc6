"""What the tests of a certificate's life share: a registry that kiosks enrol at, whose clock they set."""

import pytest

from clock_kit import Clock
from enrol_kit import EnrolRegistry

DAYS = 20  # that a certificate lasts
DAY_MS = 24 * 3600 * 1000


@pytest.fixture(name="clock")
def make_clock(tmp_path):
    return Clock(tmp_path)


@pytest.fixture(name="registry")
def make_registry(tmp_path, clock):
    with clock.kiosk():
        registry = EnrolRegistry(tmp_path / "registry", certificate_days=DAYS)
        registry.start()
    yield registry
    assert registry.stop() == 0
