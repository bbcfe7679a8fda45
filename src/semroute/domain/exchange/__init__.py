"""The ExtProc conversation as a sans-io machine: one event in, one reply out."""
