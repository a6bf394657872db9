"""Corrections and sign-offs, and the totals and stock that follow from them."""
