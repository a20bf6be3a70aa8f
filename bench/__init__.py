"""Benchmarks: how fast the product is, beside what it is built on, on the machine at hand."""
