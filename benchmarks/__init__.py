"""What the kit costs, measured in pairs within one run: ratios, not absolute times."""
