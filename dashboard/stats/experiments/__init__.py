"""Experiments: arms compared from sums per randomised unit, and the verdict they carry.

Modules import scipy and statsmodels, which take a second: only who asks imports them.
"""
