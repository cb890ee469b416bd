"""Synthetic photographs: vehicles at a toll lane with number plates after GA 36, drawn by seed.

For the demonstration, tests and measuring a plate reader. Everything is drawn here; no picture of a real vehicle and no
real number enters. Pillow loads on the first drawing and nothing else is needed.
"""
