"""Who stands there is always told in full: the name, the number, and until when the passport is valid."""

import pytest

import people


@pytest.fixture
def page(glass):
    return glass

NAMES = [
    "DEWI SULISTYOWATI",                        # 17
    "WAWAN WIDJAYAKUSUMA",                      # 19
    "WIWIK WULANDARI WIBOWO",                   # 22
    "MUHAMMAD WIRAWAN WICAKSONO",               # 26
    "SRI WAHYUNINGSIH WIDYAWATI KW",            # 29
    "WAHYU WIDIYATMOKO MANGKUWIDJOYO",          # 31
    "MWAMBA WWWWWWWWWWWWW WWWWWWWWWWW",         # wide
    "SITI NURHALIMAH RAHMAWATI KUSUMADEWI",     # 36
    "SRI WAHYUNINGSIH KUSUMAWARDHANI WIBOWOW",  # 39
    "W" * 39,
]
LAYOUTS = [("plain", people.clear, {}), ("banners", people.refer, people.STALE), ("ask", people.unknown, {}),
           ("ask-banners", people.unknown, people.OFFLINE), ("stop-banners", people.stop, people.OFFLINE),
           ("return-banners", people.coming_back, people.OFFLINE),
           ("all-banners", people.unknown, dict(people.OFFLINE, undecided_seq=399))]

# The boxes of the texts that tell who it is, against the card that holds them and against each other.
IDENTITY_JS = """
const card = document.getElementById("person"), wrong = [];
const inside = card.getBoundingClientRect();
let above = inside.top;
for (const element of [card.querySelector("h2"), ...["#name", "#number", ".meta"].map((s) => card.querySelector(s))]) {
  const range = document.createRange();
  range.selectNodeContents(element);
  const box = range.getBoundingClientRect();
  const told = `${element.id || element.className || "head"} ${Math.round(box.right)}x${Math.round(box.bottom)} in ${inside.right}x${inside.bottom}`;
  if (box.right > inside.right - 2 || box.bottom > inside.bottom - 1) wrong.push(`leaves the card: ${told}`);
  if (element.getBoundingClientRect().top < above - 1) wrong.push(`over another: ${told}`);
  above = element.getBoundingClientRect().bottom;
}
const size = parseFloat(getComputedStyle(document.getElementById("name")).fontSize);
const lines = Math.round(document.getElementById("name").clientHeight / (size * 1.1));
if (lines > 2) wrong.push(`${lines} lines`);
return wrong;
"""


@pytest.mark.parametrize("layout, person, more", LAYOUTS, ids=[row[0] for row in LAYOUTS])
def test_who_it_is_is_never_cut(page, layout, person, more):
    wrong = []
    for index, name in enumerate(NAMES):
        secondary, _, primary = name.rpartition(" ")
        who = people.document("X0000099", primary, secondary, "F", "1996-12-28", "2031-09-28")
        page.news(**person(seq=600 + index, document=who, **more))
        page.wait_text("name", name)
        page.wait_text("seq", f"#{600 + index:04}")
        assert "Berlaku s.d. 28 Sep 2031" in page.css("#person .meta")[0].text
        wrong += [f"{name}: {line}" for line in page.script(IDENTITY_JS)]
        if index in (0, len(NAMES) - 2):
            page.assert_readable()
            page.picture(f"name-{layout}-{len(name)}")
    assert wrong == [], wrong


def test_a_long_name_costs_no_reason(page):
    view = people.refer(seq=620)
    page.show(**view)
    assert len(page.css(".why li")) == 2
    view["document"] = people.document("X0000099", "WIBOWOW", "SRI WAHYUNINGSIH KUSUMAWARDHANI", "F", "1996-12-28", "2031-09-28")
    page.news(**view)
    page.wait_text("name", "SRI WAHYUNINGSIH KUSUMAWARDHANI WIBOWOW")
    assert len(page.css(".why li")) == 2


def test_a_return_is_marked_beside_the_verdict_and_above_it(page):
    page.show(**people.clear(seq=621))
    assert page.css(".returning") == []
    page.show(**people.coming_back(seq=622))
    assert [mark.text for mark in page.css(".returning")] == ["PULANG", "PULANG"]
    page.show(direction="RETURN")
    assert [mark.text for mark in page.css(".returning")] == ["PULANG"]


def test_a_verdict_is_not_said_to_be_left_open_by_itself(page):
    page.show(**people.clear(seq=623, undecided_seq=623))
    assert not page.css("#undecided")[0].is_displayed()
