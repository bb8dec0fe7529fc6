"""P5, P7: nothing is ever dropped for waiting, however long and however often it failed; and whoever waits
does it as the registry asks, each at a moment of its own."""

import re

import pytest

from fault_proxy import CUT, UP, Fault, FaultProxy
from front_kit import Front, busy
from registry_kit import Registry
from sync_kit import SyncKiosk

NAME = "CGK-03-0412"


@pytest.fixture
def registry(tmp_path):
    with Registry(tmp_path / "registry") as registry:
        yield registry


@pytest.fixture
def kiosk(registry, tmp_path):
    kiosk = SyncKiosk(registry, tmp_path / "kiosk", NAME)
    yield kiosk
    if kiosk.process and kiosk.process.poll() is None:
        assert kiosk.stop() == 0


def waits(log):
    return [int(wait) for line in log for wait in re.findall(r"retry_ms=(\d+)", line)]


# ---- P7 ------------------------------------------------------------------------------------------


def test_P7_it_tries_for_ever(registry, kiosk):
    """120 connections end before their first byte; the next one is as good as any."""
    head = kiosk.append(5)
    with FaultProxy(registry.port, [Fault(i, UP, 0, CUT) for i in range(120)]) as proxy:
        kiosk.start(port=proxy.port, interval_s=3600, backoff_min_ms=10, backoff_max_ms=10)
        kiosk.await_log("SYNC_ONLINE")
        assert len(proxy.struck) == 120
    assert registry.head(NAME) == (1, head[1] + 1, head[2])


def test_P7_retry_after_is_honoured_and_spread_over_as_long_again(registry, kiosk):
    """20 kiosks' worth of first waits: none is shorter than was asked for, and they differ."""
    head = kiosk.append(5)
    drawn = []
    with Front(registry, kiosk, lambda *_: busy(40)) as front:
        for _ in range(20):
            done = kiosk.once(port=front.port, backoff_min_ms=100, backoff_max_ms=1000)
            assert done.returncode == 1 and "HTTP 503: come again" in done.stderr
            drawn += waits(done.stderr.splitlines())
    assert len(drawn) == 20
    assert all(40_000 <= wait <= 80_300 for wait in drawn), drawn
    assert max(drawn) - min(drawn) > 10_000, drawn
    assert kiosk.once().returncode == 0
    assert registry.head(NAME) == (1, head[1] + 1, head[2])


def test_P7_new_entries_do_not_shorten_what_the_registry_asked_for(registry, kiosk):
    """While it waits, entries come in; the one request that was answered stays the only one."""
    asked = []

    def answer(method, path, body, ask):
        asked.append(path)
        return busy(900)

    kiosk.append(1)
    with Front(registry, kiosk, answer) as front:
        kiosk.start(port=front.port, interval_s=3600)
        kiosk.await_log("SYNC_REFUSED")
        kiosk.append(50)
        kiosk.append(50)
        assert kiosk.stop() == 0
    assert len(asked) == 1
