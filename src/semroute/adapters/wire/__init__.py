"""What the APIs of models have in common on the wire: strict JSON, edits, events, and filters.

It stands below the adapters that speak one API each, and is the only package they may share; see
`docs/decisions/0013-apis-share-a-wire.md`.
"""
