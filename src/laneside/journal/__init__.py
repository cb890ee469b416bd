"""The append-only, hash-chained, crash-safe journal of a terminal, and its outbox.

It keeps bytes under a kind, a passage and a subject and knows nothing of what they mean. Its database connection and
the machine's clock are handed in; its ``JournalClock`` is the clock of everyone else. No rule of the business and no
transport may enter.
"""
