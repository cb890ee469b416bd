"""Drawn photographs of vehicles with plates of every kind, and how well the engine reads labelled pictures.

``python -m tools.plates photos OUT`` draws, ``python -m tools.plates bench FOLDER`` measures (docs/plates.md). The
product imports nothing from here.
"""
