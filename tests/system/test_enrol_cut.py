"""Enrolment and renewal that are cut off: killed before each call whose effect others can see (cut_off.c).

Wherever it was: what is there works or is not there, and the same command again finishes it with the
keys that were made. That the calls before are on the disk by then is whole_file.c's order, held by
tests/unit/sync/test_whole_file.c.
"""
import os
import shutil
import signal
import subprocess

from enrol_kit import KEYS, PROGRAM, EnrolRegistry, NewKiosk
from renewal_scene import DAY_MS, DAYS, make_clock, make_registry  # noqa: F401

CUTS_MAX = 200
ENVIRONMENT = {
    "LD_PRELOAD": str(PROGRAM.parent / "cut_off.so"),
    "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"}


def cut(number):
    return {**ENVIRONMENT, "PAMIT_TEST_CUT": str(number)}


def test_enrolling_may_be_cut_off_anywhere(registry, tmp_path):
    rounds = 0
    for number in range(1, CUTS_MAX):
        kiosk = NewKiosk(registry, tmp_path / f"kiosk{number}", f"CGK-03-{number:04}")
        code = registry.code(kiosk.name)
        done = kiosk.enrol(code, **cut(number))
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
        rounds += 1
        made = kiosk.digest(*[key for key in KEYS if (kiosk.folder / key).exists()])
        assert_all_or_nothing(kiosk)
        again = kiosk.enrol(code)
        assert again.returncode == 0, again.stderr
        assert made.items() <= kiosk.digest(*KEYS).items()
        assert not any(name.endswith((".part", ".enrolled")) for name in kiosk.present())
        kiosk.append(1)
        kiosk.contact()
    assert rounds > 12


def assert_all_or_nothing(kiosk):
    """pamit-sync does not start, for want of the certificate or what comes before it; or it is as
    enrolled as can be."""
    if "tls.pem" not in kiosk.present() and "tls.pem.enrolled" not in kiosk.present():
        done = kiosk.once()
        assert done.returncode == 1 and "START_FAILED" in done.stderr, done.stderr
        return
    kiosk.append(1)
    kiosk.contact()


def test_moving_to_another_registry_may_be_cut_off_anywhere(registry, tmp_path):
    """Until the answer is there the kiosk is the first registry's, then the second's; never between."""
    with EnrolRegistry(tmp_path / "second") as second:
        kiosk = NewKiosk(registry, tmp_path / "kiosk", "CGK-03-0412")
        assert kiosk.enrol(registry.code(kiosk.name)).returncode == 0
        kiosk.append(1)
        kept = tmp_path / "kept"
        shutil.copytree(kiosk.folder, kept)
        code, reached = second.code(kiosk.name), set()
        for number in range(1, CUTS_MAX):
            shutil.rmtree(kiosk.folder)
            shutil.copytree(kept, kiosk.folder)
            done = kiosk.enrol(code, "--another-registry", url=second.url, **cut(number))
            if done.returncode == 0:
                break
            assert done.returncode == -signal.SIGKILL, done.stderr
            kiosk.contact()
            reached.add((kiosk.folder / "endpoint").read_text())
        assert len(reached) == 2


def test_renewing_may_be_cut_off_anywhere(registry, clock, tmp_path):
    kiosk = NewKiosk(registry, tmp_path / "kiosk", "CGK-03-0412")
    assert kiosk.enrol(registry.code(kiosk.name)).returncode == 0
    kiosk.append(1)
    kiosk.contact()
    kept = tmp_path / "kept"
    shutil.copytree(kiosk.folder, kept)
    before = kiosk.certificate().serial_number
    clock.set((DAYS // 2 + 1) * DAY_MS)
    rounds = 0
    for number in range(1, CUTS_MAX):
        shutil.rmtree(kiosk.folder)
        shutil.copytree(kept, kiosk.folder)
        done = subprocess.run(
            [PROGRAM, "--once", "--config", kiosk.folder / "pamit.conf"], capture_output=True,
            text=True, timeout=60, check=False, env={**os.environ, **cut(number)})
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
        rounds += 1
        kiosk.contact()
        assert kiosk.certificate().serial_number != before
        assert "tls.pem.next" not in kiosk.present()
    assert rounds > 8
