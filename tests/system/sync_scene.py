"""What the tests of pamit-sync share: a registry that serves, and a kiosk of its."""

import pytest

from registry_kit import Registry
from sync_kit import CROWD_KIOSK, SyncKiosk

NAME = CROWD_KIOSK


@pytest.fixture(name="registry")
def make_registry(tmp_path):
    with Registry(tmp_path / "registry") as registry:
        yield registry


def running(kiosk):
    """The kiosk, whose pamit-sync is ended with the test, well."""
    yield kiosk
    if kiosk.process and kiosk.process.poll() is None:
        assert kiosk.stop() == 0


@pytest.fixture(name="kiosk")
def make_kiosk(registry, tmp_path):
    """Has no journal yet."""
    yield from running(SyncKiosk(registry, tmp_path / "kiosk", NAME))


@pytest.fixture(name="kiosk")
def make_kiosk_at_work(registry, tmp_path):
    """Has an entry."""
    kiosk = SyncKiosk(registry, tmp_path / "kiosk", NAME)
    kiosk.append(1)
    yield from running(kiosk)


def assert_same_head(registry, head):
    """The registry has all of the kiosk's journal, which ends so."""
    epoch, seq, digest = head
    assert registry.head(NAME) == (epoch, seq + 1, digest)
