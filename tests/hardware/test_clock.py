"""A clock that comes up wrong: nobody is cleared by it until the registry has said what time it is."""
import pytest


@pytest.mark.parametrize("wrong", ["1970-01-02T00:00:00", "2099-01-01T00:00:00"])
def test_nobody_is_cleared_by_a_wrong_clock(off, wrong):
    off.power_on()
    off.plug()
    off.cross("laras", 1)
    off.cut()
    off.power_on(rtc=f"base={wrong}")
    off.plug()
    mark = off.lamps.mark()
    shown = off.scan("siti")
    assert shown.verdict == "RUJUK" and "R093" in shown.reasons
    off.press(3)
    off.recorded(shown, "SECONDARY")
    assert "green" not in {name for _ms, name, on in off.lamps.changes(mark) if on}
    off.guest.sh(f"date -u -s @{off.now_s()}")
    shown = off.scan("agus")
    assert (shown.verdict, shown.reasons) == ("RUJUK", "R011")  # what its data say, of a clock to go by
    off.press(3)
    events = off.uploaded(off.recorded(shown, "SECONDARY"))
    assert [event["t_quality"] for event in events] == ["HOLDOVER", "UNKNOWN", "HOLDOVER"]
