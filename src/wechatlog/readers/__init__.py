"""Readers: one module per format family. `base` holds what they share; no reader knows another."""
