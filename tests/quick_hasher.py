"""Passwords of tests, hashed as in production but once instead of a million times."""

from __future__ import annotations

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    """Its hashes are read by the real one, and the other way round."""

    iterations = 1

    def must_update(self, encoded: str) -> bool:
        """A process of its own in a test may have hashed it in earnest."""
        return False
