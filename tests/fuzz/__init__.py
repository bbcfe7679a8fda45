"""What a hostile peer may send, in quantity.

Each target tries 2,000 inputs in the checks, always the same ones, so that a failure there is one
anywhere. `tox -e fuzz` tries 100,000 new ones each and prints how to repeat a failure.
"""
