"""The picture area: what is typed as plate and colour, what the photo's plates are evidence of, when one is read.

No page and no device may enter: a photo comes in as bytes, a reading through the ``PlateReader`` port.
"""
