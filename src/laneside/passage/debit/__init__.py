"""The debit: intent on disk, one commit, a result or a proof, the sealed record.

What a page shows must not enter, nor which flow is worked: amount, 0019 and record come from the flow.
"""
