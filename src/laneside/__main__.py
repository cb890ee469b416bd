"""Let ``python -m laneside`` be the command line."""

from laneside.cli import app

app()
