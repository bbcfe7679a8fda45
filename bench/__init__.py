"""Side-by-side measurements. They print ratios of one run, and are no part of the checks."""
