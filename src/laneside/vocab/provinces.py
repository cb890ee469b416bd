"""Provinces as plates, cards and tags name them (spec/codes.md section 8)."""

from __future__ import annotations

from typing import Final

import msgspec

from laneside.vocab.words import Words


class Province(msgspec.Struct, frozen=True, kw_only=True):
    """One province: its two-digit code, the two characters of an issuer id, and the initial of its plates."""

    code: int
    name_zh: str
    name_en: str
    initial: str

    @property
    def issuer(self) -> bytes:
        """The first four bytes of an issuer id: the two characters in GBK."""
        return self.name_zh.encode("gbk")

    @property
    def words(self) -> Words:
        """The name in both languages."""
        return Words(zh=self.name_zh, en=self.name_en)


_ROWS: Final = """
11 北京 京 Beijing
12 天津 津 Tianjin
13 河北 冀 Hebei
14 山西 晋 Shanxi
15 内蒙 蒙 Inner Mongolia
21 辽宁 辽 Liaoning
22 吉林 吉 Jilin
23 黑龙 黑 Heilongjiang
31 上海 沪 Shanghai
32 江苏 苏 Jiangsu
33 浙江 浙 Zhejiang
34 安徽 皖 Anhui
35 福建 闽 Fujian
36 江西 赣 Jiangxi
37 山东 鲁 Shandong
41 河南 豫 Henan
42 湖北 鄂 Hubei
43 湖南 湘 Hunan
44 广东 粤 Guangdong
45 广西 桂 Guangxi
46 海南 琼 Hainan
50 重庆 渝 Chongqing
51 四川 川 Sichuan
52 贵州 贵 Guizhou
53 云南 云 Yunnan
54 西藏 藏 Tibet
61 陕西 陕 Shaanxi
62 甘肃 甘 Gansu
63 青海 青 Qinghai
64 宁夏 宁 Ningxia
65 新疆 新 Xinjiang
"""


def _province(row: str) -> Province:
    code, name_zh, initial, name_en = row.split(" ", 3)
    return Province(code=int(code), name_zh=name_zh, name_en=name_en, initial=initial)


PROVINCES: Final[tuple[Province, ...]] = tuple(_province(row) for row in _ROWS.split("\n") if row)

_BY_ISSUER: Final = {province.issuer: province for province in PROVINCES}
_BY_CODE: Final = {province.code: province for province in PROVINCES}


def issuer_words(issuer: bytes) -> Words | None:
    """Return the name of an issuer's province, told by its first four bytes; None for any other issuer."""
    province = _BY_ISSUER.get(issuer[:4])
    return None if province is None else province.words


def province_of_code(code: int) -> Province | None:
    """Return the province of a two-digit code (the first half of a network id); None for any other number."""
    return _BY_CODE.get(code)
