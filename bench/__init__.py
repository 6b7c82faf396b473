"""Benchmarks: they measure and print; nothing fails on a time. Run them with `make bench` on a quiet machine."""
