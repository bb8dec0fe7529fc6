import pytest

from rig import Rig


@pytest.fixture(name="off")
def fixture_off(tmp_path):
    """A kiosk of one's own that was never powered on."""
    made = Rig(tmp_path)
    yield made
    made.close()


@pytest.fixture(name="rig", scope="module")
def fixture_rig(tmp_path_factory):
    """A kiosk that serves, for a file of cases that leave it serving; each takes documents of its own, since
    the same one again is a double swipe."""
    made = Rig(tmp_path_factory.mktemp("rig"))
    made.power_on()
    made.plug()
    yield made
    made.close()
