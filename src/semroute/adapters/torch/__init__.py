"""The embedded encoder: a real transformer in worker threads, and what is read off its vectors.

Importing this package is cheap. torch and transformers, seconds of work, are imported when a
model is loaded, in a thread.
"""
