"""Calibration: what a site's Sage Pro writes, found by keying transactions in a test company."""
