"""How good the reading is on a folder of labelled pictures: measured in processes of their own, told as figures.

Beside it in the same run stands the stock OCR pipeline whose models we use. Nothing here is part of reading a plate.
"""
