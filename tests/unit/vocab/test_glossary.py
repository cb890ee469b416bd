import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_the_glossary_is_up_to_date():
    run = subprocess.run([sys.executable, ROOT / "tools" / "glossary.py", "--check"], check=False)
    assert run.returncode == 0, "run: python tools/glossary.py"


def test_the_glossary_names_codes_and_events():
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    assert "| 22 | STORED_VALUE | 储值卡 | stored-value card |" in text
    assert "| 41 | in/out | ETC | ETC卡与OBU车牌（含颜色）不符<br>plate of card and tag differ |" in text


def test_the_tables_that_no_code_reads_have_numbers_names_and_two_labels():
    data = tomllib.loads((ROOT / "tools" / "glossary.toml").read_text(encoding="utf-8"))
    names = [table["name"] for table in (*data["table"], *data["texts"])]
    assert len(set(names)) == len(names)
    for table in data["table"]:
        codes, members, zh, en = zip(*table["rows"], strict=True)
        assert len(set(codes)) == len(set(members)) == len(table["rows"]), table["name"]
        assert all(isinstance(code, int) for code in codes), table["name"]
        assert all((*members, *zh, *en)), table["name"]
        assert not any("\u4e00" <= character <= "\u9fff" for text in en for character in text), table["name"]
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    assert [name for name in names if f"### {name}\n" not in text] == []
