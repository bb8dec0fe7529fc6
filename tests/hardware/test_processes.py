"""kill -9 of each process, with a verdict lit."""
import pytest


@pytest.mark.parametrize("name, document", [("lane", "agus"), ("sync", "hendra"), ("console", "galih")])
def test_a_killed_process_takes_nothing_with_it(rig, name, document):
    shown = rig.scan("budi" if name == "lane" else document)
    before = len(rig.log)
    rig.guest.sh(f"kill -9 $(pid {name})")
    rig.log.wait(f"init: ENDED process={name} code=137", before)
    if name == "lane":
        assert rig.lamps.lit() == set()
    rig.log.wait(f"pamit-{name} READY", before)
    if name == "lane":  # what was undecided is replaced by the same document, scanned again
        rig.log.wait("pamit-lane SCANNER_OPEN", before)
        shown = rig.scan(document)
    rig.press(3)
    seq, decision = rig.decided(shown.seq)
    assert decision == "SECONDARY"
    assert rig.verified() == seq
    assert rig.uploaded(seq)[-1]["decision"] == "SECONDARY"
