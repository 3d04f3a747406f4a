"""Experiments: which delivery options work, for whom?

For: managers. Reads: analysis.experiments (experiment, planning); plans of
the state.
"""

from dashboard.ui.experiments import parts as experiments

on = experiments.opened()
experiments.plan_one()
if on.one is None:
    experiments.everything(on.everything)
else:
    experiments.verdict(on.one)
    experiments.exposure(on.one)
    experiments.effects(on.one)
    experiments.method(on.one)
