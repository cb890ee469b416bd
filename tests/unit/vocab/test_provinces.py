"""The provinces against spec/codes.md 8."""

from laneside.vocab.provinces import PROVINCES, issuer_words, province_of_code


def test_provinces_in_gbk():
    by_code = {province.code: province for province in PROVINCES}
    assert len(by_code) == len(PROVINCES) == 31
    expected = """
        11 B1B1BEA9 BEA9|12 CCECBDF2 BDF2|13 BAD3B1B1 BCBD|14 C9BDCEF7 BDFA|15 C4DAC3C9 C3C9|21 C1C9C4FE C1C9
        22 BCAAC1D6 BCAA|23 BADAC1FA BADA|31 C9CFBAA3 BBA6|32 BDADCBD5 CBD5|33 D5E3BDAD D5E3|34 B0B2BBD5 CDEE
        35 B8A3BDA8 C3F6|36 BDADCEF7 B8D3|37 C9BDB6AB C2B3|41 BAD3C4CF D4A5|42 BAFEB1B1 B6F5|43 BAFEC4CF CFE6
        44 B9E3B6AB D4C1|45 B9E3CEF7 B9F0|46 BAA3C4CF C7ED|50 D6D8C7EC D3E5|51 CBC4B4A8 B4A8|52 B9F3D6DD B9F3
        53 D4C6C4CF D4C6|54 CEF7B2D8 B2D8|61 C9C2CEF7 C9C2|62 B8CACBE0 B8CA|63 C7E0BAA3 C7E0|64 C4FECFC4 C4FE
        65 D0C2BDAE D0C2"""
    rows = [row.split() for line in expected.strip().splitlines() for row in line.strip().split("|")]
    assert len(rows) == 31
    for code, issuer, initial in rows:
        province = by_code[int(code)]
        assert (province.issuer.hex().upper(), province.initial.encode("gbk").hex().upper()) == (issuer, initial)


def test_province_of_an_issuer():
    assert issuer_words(bytes.fromhex("B8CACBE062010001")).zh == "甘肃"
    assert issuer_words(bytes.fromhex("B2E2CAD499010001")) is None
    assert province_of_code(62).name_zh == "甘肃"
    assert province_of_code(10) is None
