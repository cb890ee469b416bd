"""The command line: one module per command, each loading its rooms only when called, so that starting stays quick.

Nothing but argument reading and printing lives here.
"""

from __future__ import annotations

import typer

from laneside.cli import centre, decode, demo, doctor, plates, sam, terminal, trace, virtual

app = typer.Typer(name="laneside", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

sam.register(app)
virtual.register(app)
decode.register(app)
centre.register(app)
terminal.register(app)
demo.register(app)
trace.register(app)
doctor.register(app)
plates.register(app)
