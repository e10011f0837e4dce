"""Tests of the whole project that are written in Python, with the simulators that they and the demo use."""
