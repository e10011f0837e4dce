"""Measures the gate with its release binaries. `./gate bench` runs it; every figure is one line."""
