"""Writers: one module per form. `base` holds what they share; no writer knows another."""
