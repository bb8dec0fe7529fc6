"""Away from the registry: the counter goes on, and what it recorded arrives once it is back."""
import signal

import pki
from slow import SlowLine

from rig import HOST


def cross_offline(rig, documents):
    """Documents that refer, each recorded; the number of the last entry."""
    for document in documents:
        seq = rig.cross(document, 3)
    return seq


def assert_all_arrive(rig, seq, count):
    assert rig.verified() == seq
    events = rig.uploaded(seq)
    assert [event["decision"] for event in events[-count:]] == ["SECONDARY"] * count
    assert len({str(event["event_id"]) for event in events}) == len(events)
    assert rig.registry_next() == seq + 1


def test_the_cable_is_out(rig):
    before = len(rig.log)
    rig.guest.cable(False)
    documents = ("budi", "agus", "hendra")
    seq = cross_offline(rig, documents)
    rig.log.wait("pamit-sync SYNC_OFFLINE", before)
    rig.guest.cable(True)
    assert_all_arrive(rig, seq, len(documents))


def test_the_registry_is_down(rig):
    before = len(rig.log)
    assert rig.registry.stop() == 0
    documents = ("galih", "fitri", "ratih")
    seq = cross_offline(rig, documents)
    rig.log.wait("pamit-sync SYNC_OFFLINE", before)
    rig.registry.start()
    assert_all_arrive(rig, seq, len(documents))


def test_the_registry_hangs(rig):
    rig.registry.process.send_signal(signal.SIGSTOP)
    documents = ("bayu", "dimas")
    seq = cross_offline(rig, documents)
    rig.registry.process.send_signal(signal.SIGCONT)
    assert_all_arrive(rig, seq, len(documents))


def test_the_registry_is_slow(rig):
    """A handshake takes longer than a traveller."""
    right, port = rig.registry.config, rig.registry.port
    assert rig.registry.stop() == 0
    rig.registry.config = rig.registry.write_config("behind.conf", port=0)
    rig.registry.start()
    with SlowLine(rig.registry.port, port) as line:
        documents = ("budi", "agus")
        seq = cross_offline(rig, documents)
        assert_all_arrive(rig, seq, len(documents))
        assert line.passed > 3000
    assert rig.registry.stop() == 0
    rig.registry.config = right
    rig.registry.start()


def test_somebody_else_poses_as_the_registry(rig):
    folder = rig.registry.folder / "other"
    pki.issue(pki.make_ca(folder), HOST, folder, "registry", server=True, sans=[HOST])
    right = rig.registry.config
    before = len(rig.log)
    assert rig.registry.stop() == 0
    rig.registry.config = rig.registry.write_config(
        "other.conf", port=rig.registry.port, tls_cert="other/registry.pem", tls_key="other/registry.key")
    rig.registry.start()
    documents = ("eko", "slamet")
    seq = cross_offline(rig, documents)
    rig.log.wait("pamit-sync SYNC_REFUSED .*certificate", before)
    assert rig.registry.stop() == 0
    assert rig.registry_next() < seq
    rig.registry.config = right
    rig.registry.start()
    assert_all_arrive(rig, seq, len(documents))
