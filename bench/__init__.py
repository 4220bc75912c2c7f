"""`python -m bench`: how fast and how big, as ratios measured in one run. Figures to look at, never a reason to fail."""
