"""Benchmarks: each program prints its figures as one JSON document; `make bench` runs them all. They are not tests."""
