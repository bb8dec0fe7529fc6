import pytest

from rig import Rig


@pytest.hookimpl(tryfirst=True)  # before the groups are noted
def pytest_collection_modifyitems(items):
    """The longest first, so that no worker is left alone with it; cases that share a kiosk stay together."""
    items.sort(key=lambda item: (item.path.stem != "test_power", item.path.stem != "test_measure"))
    for item in items:
        if {"rig", "quiet"} & set(item.fixturenames):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


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
