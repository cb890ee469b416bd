"""Who may come in and how much a stranger may cost: connections, proxies, origins, tries of passwords.

For the servers of terminal and centre alike. Pages, accounts and operators must not enter.
"""
