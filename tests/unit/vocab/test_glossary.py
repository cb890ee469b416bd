import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_the_glossary_is_up_to_date():
    run = subprocess.run([sys.executable, ROOT / "tools" / "glossary.py", "--check"], check=False)
    assert run.returncode == 0, "run: python tools/glossary.py"


def test_the_glossary_names_codes_and_events():
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    assert "| 22 | STORED_VALUE | 储值卡 | stored-value card |" in text
    assert "| 41 | in/out | ETC | ETC卡与OBU车牌（含颜色）不符<br>plate of card and tag differ |" in text
