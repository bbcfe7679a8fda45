"""The answer cache: which questions are the same, and which answers may be given again."""
