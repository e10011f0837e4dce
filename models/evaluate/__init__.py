"""Measures the shipped models on the data sets' `dev` splits."""
