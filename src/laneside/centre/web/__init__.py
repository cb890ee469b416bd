"""The pages for people at the centre: server-rendered, behind a login, without a script. No SQL may enter."""
