"""The core: values, rules and one state machine.

Everything here is synchronous and pure. It imports the standard library and attrs, nothing
else, and reads no clock, log, file or random number; `tests/domain/test_purity.py` proves it.
"""
