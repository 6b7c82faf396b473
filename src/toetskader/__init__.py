"""Toetskader: policy-as-code for municipal ICT."""
