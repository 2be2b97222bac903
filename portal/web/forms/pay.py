"""What a payer's browser sends: the pair that PayTrace's card form gave it, and whether to
keep the card."""

from __future__ import annotations

from django import forms

# Longer than anything PayTrace documents (an encrypted CSC has up to 359 characters).
LONGEST = 4000


class PairForm(forms.Form):
    hpf_token = forms.CharField(max_length=LONGEST)
    enc_key = forms.CharField(max_length=LONGEST)
    keeps = forms.BooleanField(required=False)
