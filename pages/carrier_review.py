"""Carrier review: one carrier's quarter: scorecard, settlement, disputes.

For: carrier managers. Reads: analysis.carrier_review, .control, .settlement; reports
declared_reasons, proof_compliance, carrier_data, invoice_check; disputes of the state.
"""

from dashboard.ui import carrier_settlement, review

on = review.opened()
review.scorecard(on)
review.trend(on)
review.causes_and_proof(on)
review.costs_and_voices(on)
carrier_settlement.settled(on)
carrier_settlement.invoice(on)
carrier_settlement.disputes(on)
