"""The whole path, from passport to registry, as board/desk/run --tour walks it."""
import fcntl
import os
import pathlib
import signal
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def command(folder, *words):
    return ["/usr/bin/python3", str(ROOT / "board/desk/desk.py"), *words, "--dir", str(folder),
            "--programs", os.environ["PAMIT_BIN"]]


def tour(folder):
    return subprocess.run(command(folder, "--tour"), capture_output=True, text=True, timeout=180,
                          check=False)


def test_the_tour_goes_as_expected_and_both_heads_agree(tmp_path):
    done = tour(tmp_path / "desk")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "heads agree" in done.stdout
    assert done.stdout.count("offline\n") >= 4


def test_no_name_or_number_of_a_traveller_is_in_any_log(tmp_path):
    done = tour(tmp_path / "desk")
    for secret in ("X0000001", "RAHMAWATI", "SUHARTO", "P<IDN", "3204"):
        assert secret not in done.stdout + done.stderr


def running_in(folder):
    """The processes whose command line names that folder."""
    found = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if str(folder) in line:
            found.append(line)
    return found


def test_ctrl_c_ends_everything_that_was_started(tmp_path):
    folder = tmp_path / "desk"
    desk = subprocess.Popen(command(folder, "--free-ports"), stdout=subprocess.PIPE, text=True)
    for line in desk.stdout:
        if "Ctrl-C ends everything" in line:
            break
    names = " ".join(running_in(folder))
    for program in ("pamit-registry", "pamit-desk", "pamit-lane", "pamit-console", "pamit-sync"):
        assert program in names
    desk.send_signal(signal.SIGINT)
    desk.stdout.read()
    assert desk.wait(20) == 0
    assert running_in(folder) == []


def test_a_second_desk_in_one_folder_is_refused(tmp_path):
    folder = tmp_path / "desk"
    folder.mkdir()
    with open(folder / "desk.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = tour(folder)
    assert done.returncode == 1 and "another desk runs in" in done.stderr
