"""The models of attacks: `python -m training.attacks --data DIR`."""
