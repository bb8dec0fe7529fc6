"""The labels of tests/data/name_pairs.tsv: as said by hand, as the contract's words say, and as the
table holds them. The program is held against the table by test_name_pairs.c."""
import name_oracle
import name_pairs


def test_the_table_is_what_was_said_and_what_the_contract_says():
    assert name_pairs.FILE.read_text(encoding="utf-8") == name_pairs.table()


def test_the_table_has_all_kinds_and_each_pair_once():
    rows = name_pairs.rows()
    assert len(rows) >= 300
    assert len({tuple(row[name] for name in name_pairs.COLUMNS[1:-2]) for row in rows}) == len(rows)
    assert {row["by_number"] for row in rows} == {"EXACT", "NEAR", "CONFLICT"}
    assert {row["by_name"] for row in rows} == {"EXACT", "NEAR", "NONE"}
    for form, width in name_oracle.WIDTH.items():
        assert any(row["format"] == form and len(row["zone"]) == width for row in rows)


def test_every_spelling_of_the_contract_has_its_pairs():
    """Without any one of the oracle's spellings some label would be another; but for iy/i, which y/i
    and double letters make too."""
    rows = [row for row in name_pairs.rows() if row["kind"].startswith("spelling")]
    whole = name_oracle.SPELLINGS[:]
    for spelling in whole:
        name_oracle.SPELLINGS[:] = [other for other in whole if other != spelling]
        missed = [row for row in rows if name_oracle.grade(row) != row["by_number"]]
        name_oracle.SPELLINGS[:] = whole
        assert missed or spelling == ("IY", "I"), spelling
