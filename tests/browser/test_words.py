"""The page's words: every key in both languages, every key that is used there, none unused."""

import json
import pathlib
import re

import reasons

WEB = pathlib.Path(__file__).resolve().parents[2] / "firmware/console/web"
WORDS = json.loads((WEB / "words.json").read_text())
SCRIPTS = "\n".join(path.read_text() for path in sorted(WEB.glob("*.js")))


def test_every_key_has_both_languages():
    for key, words in WORDS.items():
        assert set(words) == {"id", "en"}, key
        assert words["id"].strip() and words["en"].strip(), key


def test_both_languages_take_the_same_values():
    for key, words in WORDS.items():
        values = [sorted(re.findall(r"\{(\w+)\}", words[language])) for language in ("id", "en")]
        assert values[0] == values[1], key


def test_every_key_the_scripts_name_exists():
    named = set(re.findall(r'\bt\("([^"]+)"', SCRIPTS))
    named |= {key for pair in re.findall(r'\bt\([^()"]*\? "([^"]+)" : "([^"]+)"', SCRIPTS) for key in pair}
    assert named and named <= set(WORDS), named - set(WORDS)


def test_no_words_are_left_over():
    literal = set(re.findall(r'"([\w.–-]+)"', SCRIPTS))
    begun = set(re.findall(r"`([a-z][\w.]*\.)\$\{", SCRIPTS)) | {f"{group}." for group in re.findall(r'named\("(\w+)"', SCRIPTS)}
    begun |= {"NIK.", "NAME_DOB."}  # ${by}.${code} of how a placement was found
    assert [key for key in WORDS if key not in literal and not key.startswith(tuple(begun))
            and not re.sub(r"\d+$", "", key) in literal] == []


def test_a_stop_is_told_in_a_code_and_neutral_words_or_not_told_at_all():
    rules = [code for code, (colour, by, *_) in reasons.table().items() if colour == "RED" and by != "OFFICER"]
    assert len(rules) > 7
    assert {code for code in rules if (f"stop.{code}" in WORDS) == (f"neutral.{code}" in WORDS)} == set()


def test_every_decision_purpose_and_refusal_has_words():
    from fake_lane import CARRIERS, DECISIONS, DIRECTIONS, NOTICES, PURPOSES, REFUSALS, RESULTS
    for group, names in [("decision", DECISIONS[1:]), ("purpose", PURPOSES[1:]), ("refused", REFUSALS),
                         ("verdict", RESULTS), ("direction", DIRECTIONS), ("carrier", CARRIERS[1:]),
                         ("notice", NOTICES)]:
        for name in names:
            assert f"{group}.{name}" in WORDS, f"{group}.{name}"
    # Of a return that was recorded there is nothing to add.
    assert {f"seen.{name}" for name in DECISIONS[1:]} - set(WORDS) == {"seen.RETURN_LOGGED"}


def test_no_script_or_style_is_inline():
    html = (WEB / "index.html").read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
    assert "<style" not in html and " style=" not in html
    assert not re.search(r"\son\w+=", html)
    for danger in ["innerHTML", "insertAdjacentHTML", "eval(", "new Function"]:
        assert danger not in SCRIPTS
