"""The virtual roadside: card, tag and PSAM in software, the lane around them, readers, and the client that talks to it.

It takes the place of real vehicles and a real lane in demos and tests. This package imports nothing, so that a terminal
can load ``client`` without the chips and their invented keys. Only ``client`` may know the passage, whose port it
implements; nothing of the terminal or the centre may enter.
"""
