"""The panels' tables: what the kiosk reads of them, and that wiring table and picture say the same."""
import configparser
import os
import pathlib
import re
import subprocess
import xml.etree.ElementTree as ET

import pytest
from kiosk_conf import kiosk_conf

ROOT = pathlib.Path(__file__).resolve().parents[2]
LANE = pathlib.Path(os.environ["PAMIT_BIN"]) / "pamit-lane"
PANELS = sorted((ROOT / "board/panels").glob("*.conf"))
PI = [path for path in PANELS if path.stem.startswith("raspberry-pi")]
# The header as its users know it, written down apart from board/wiring.py.
HEADER = dict(zip("GPIO17 GPIO27 GPIO22 GPIO23 GPIO24 GPIO5 GPIO6 GPIO13 GPIO19".split(),
                  (11, 13, 15, 16, 18, 29, 31, 33, 35)))
LINES = ("lamp_green", "lamp_amber", "lamp_red", "lamp_white", "buzzer",
         "button_1", "button_2", "button_3", "button_4")


def panel(path):
    parser = configparser.ConfigParser()
    parser.read(path)
    return parser["panel"]


@pytest.mark.parametrize("path", PANELS, ids=lambda path: path.stem)
def test_the_kiosk_takes_every_table(path, tmp_path):
    own = {} if "gpio_label" in panel(path) else {"gpio_chip": "gpio.sock"}
    (tmp_path / "pamit.conf").write_text(kiosk_conf(kiosk={"mode": "live"}, panel={"board": path} | own))
    done = subprocess.run([LANE, "--dark", "--config", tmp_path / "pamit.conf"], capture_output=True,
                          text=True, check=False)
    chip = panel(path).get("gpio_label") or str(tmp_path / "gpio.sock")
    assert f'PANEL_FAILED why="{chip}: ' in done.stderr, done.stderr  # read; and this chip is not here


def test_a_raspberry_pi_is_dark_before_anybody_drives_it():
    """A resistor to ground keeps a lamp dark that is on when high; a line of GPIO0 to 8 would be pulled up against it by
    a Raspberry Pi 4 at power-on, one of GPIO9 to 27 down."""
    assert len(PI) == 2
    for path in PI:
        board = panel(path)
        assert board["lamps_active_low"] == "no"
        assert all(9 <= int(board[name].removeprefix("GPIO")) <= 27 for name in LINES[:5])


def test_wiring_and_picture_are_what_the_tables_make():
    done = subprocess.run([ROOT / "board/wiring.py", "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", PI, ids=lambda path: path.stem)
def test_table_and_picture_name_the_pin_of_every_wire(path):
    text = (ROOT / "board/WIRING.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (\w+ ?\w*) \| (GPIO\d+ \| \d+) \|", text, re.MULTILINE))
    picture = {node.get("id"): node for node in ET.parse(ROOT / "board/wiring.svg").iter()}
    circles = {node.text: node for node in ET.parse(ROOT / "board/wiring.svg").iter()
               if node.get("text-anchor") == "middle"}
    for name in LINES:
        line, what = panel(path)[name], name.replace("_", " ")
        assert rows[what] == f"{line} | {HEADER[line]}"
        label = picture[f"pin-{HEADER[line]}"]
        assert set(label.text.split(" · ")) == {what, line}
        assert abs(float(label.get("y")) - float(circles[str(HEADER[line])].get("y"))) < 2  # beside its pin
    assert panel(path)["gpio_label"] in text
