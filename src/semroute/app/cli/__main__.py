"""`python -m semroute.app.cli`, for those who know the interpreter and not the script."""

from semroute.app.cli import main

main()
