"""What the documents name exists: every path in backticks, every linked file, every program; and the suites
say how they are used."""
import os
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCUMENTS = ("README.md", "firmware/ARCHITECTURE.md", "firmware/OPERATING.md", "firmware/AUDIT.md",
             "tests/bench/README.md", "tests/hardware/README.md")
MADE_BY_BUILDING = ("build/",)


def named_paths(text):
    code = re.findall(r"`([^`\s]+/[^`\s]*)`", text)
    links = re.findall(r"\]\(([^)#:]+)\)", text)
    return sorted({word.split("::")[0] for word in code + links})


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_a_document_names_exists(document):
    path = ROOT / document
    missing = [word for word in named_paths(path.read_text(encoding="utf-8"))
               if not word.startswith(MADE_BY_BUILDING) and
               not any((base / word).exists() for base in (ROOT, path.parent))]
    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_program_a_document_names_is_built(document):
    text = (ROOT / document).read_text(encoding="utf-8")
    programs = set(re.findall(r"`(pamit(?:-[a-z]+)?)[ `]", text))
    assert programs and all((pathlib.Path(os.environ["PAMIT_BIN"]) / p).exists() for p in programs)


def anchor(heading):
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_within_a_document_meets_a_heading(document):
    text = (ROOT / document).read_text(encoding="utf-8")
    headings = {anchor(heading) for heading in re.findall(r"^#+ (.*)$", text, re.M)}
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= headings


def lamp_rows():
    """Each pattern that lights a lamp, as OPERATING.md has to tell it: the rows of drivers/panel_pattern.c."""
    source = (ROOT / "drivers/panel_pattern.c").read_text(encoding="utf-8")
    header = (ROOT / "drivers/panel.h").read_text(encoding="utf-8")
    for lamp, on, off, lit in re.findall(r'LAMP_(\w+),\s*(\d+),\s*(\d+),\s*(\w+),', source):
        if lamp == "NONE":
            continue
        limit = re.search(rf"{lit}\s+(\d+)", header)[1] if lit != "0" else ""
        rhythm = f"{int(on) / 1000:g} s on, {int(off) / 1000:g} s off" if off != "0" else "steady"
        yield lamp.lower(), rhythm + (f", at most {int(limit) / 1000:g} s" if limit else "")


def test_operating_tells_each_rhythm_of_a_lamp():
    text = (ROOT / "firmware/OPERATING.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| (green|amber|red|white) \| ([^|]*) \|", text, re.M)
    assert sorted(told) == sorted(lamp_rows())


@pytest.mark.parametrize("words", [("tests/run", "x"), ("tests/run", "--debian13", "x"), ("tests/debian13/run", "x"),
                                   ("tests/debian13/run", "--help")])
def test_a_suite_refuses_what_it_does_not_know(words):
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2 and done.stdout == "" and "usage: tests/" in done.stderr
