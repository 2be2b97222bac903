"""Forms: what a person typed, checked and handed over as plain values."""
