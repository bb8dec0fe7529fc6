"""A kiosk that died is replaced: another one gets an id of its own, and what the dead one had not
sent is sent from its disk, under its own id and keys, by `pamit-sync --once`."""
import shutil

import pytest

from enrol_kit import NewKiosk
from renewal_scene import DAY_MS, DAYS, make_clock, make_registry  # noqa: F401

OLD, NEW = "CGK-03-0001", "CGK-03-0002"


@pytest.fixture(name="disk")
def make_disk(registry, tmp_path):
    """The disk of a kiosk that died with five entries unsent, where it is mounted now."""
    old = NewKiosk(registry, tmp_path / "old", OLD)
    assert old.enrol(registry.code(OLD)).returncode == 0
    old.append(3)
    old.contact()
    _, old.last, _ = old.append(5)
    shutil.move(old.folder, tmp_path / "mnt")
    old.folder = tmp_path / "mnt"
    return old


def assert_replaced(registry, disk, tmp_path):
    new = NewKiosk(registry, tmp_path / "new", NEW)
    assert new.enrol(registry.code(NEW)).returncode == 0
    disk.contact()
    assert registry.head(OLD)[1] == disk.last + 1
    registry.command("kiosk", "revoke", OLD)
    _, last, _ = new.append(2)
    new.contact()
    assert registry.head(NEW)[1] == last + 1 and registry.head(OLD)[1] == disk.last + 1


def test_what_a_dead_kiosk_had_not_sent_is_sent_from_its_disk(registry, disk, tmp_path):
    assert registry.head(OLD)[1] == disk.last + 1 - 5
    assert_replaced(registry, disk, tmp_path)
    done = disk.once()
    assert done.returncode == 1 and "HTTP 403: this kiosk is revoked" in done.stderr


def test_a_certificate_that_ended_meanwhile_is_enrolled_for_again(registry, disk, clock, tmp_path):
    clock.set((DAYS + 1) * DAY_MS)
    with clock.kiosk():
        code = registry.code(OLD)
    assert disk.once().returncode == 1
    assert disk.enrol(code).returncode == 0
    clock.set((DAYS + 2) * DAY_MS)
    with clock.kiosk():
        assert_replaced(registry, disk, tmp_path)
