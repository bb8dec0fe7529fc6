"""The whole path, from passport to registry, as board/desk/run --tour walks it."""
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def tour(folder, **environment):
    return subprocess.run(
        ["/usr/bin/python3", str(ROOT / "board/desk/desk.py"), "--tour", "--dir", str(folder),
         "--programs", os.environ["PAMIT_BIN"]],
        capture_output=True, text=True, timeout=180, check=False, env=os.environ | environment)


def test_the_tour_goes_as_expected_and_both_heads_agree(tmp_path):
    done = tour(tmp_path / "desk")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "heads agree" in done.stdout
    assert done.stdout.count("offline\n") >= 4


def test_no_name_or_number_of_a_traveller_is_in_any_log(tmp_path):
    done = tour(tmp_path / "desk")
    for secret in ("X0000001", "RAHMAWATI", "SUHARTO", "P<IDN", "3204"):
        assert secret not in done.stdout + done.stderr
