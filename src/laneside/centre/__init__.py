"""The centre: what it decides goes out signed, what the terminals did comes in and is kept, people look at it on pages.

One module or folder per noun. A noun holds its rules and its SQL and knows nothing of HTTP; ``api`` speaks to
terminals, ``web`` to people, ``app`` puts them together. Nothing of the terminal or of the virtual roadside may enter.
"""
