"""Bytes of chips ⇄ frozen values: plates, card 0015/0018/0019, tag EF01/vehicle/EF04, PSAM 0015/0016/0017.

Pure: no I/O, no key, no judgement. Codes that a table lacks stay integers; bytes without a meaning are a CodecError.
"""
