"""The entry script and what the demo is made of, each by itself."""
