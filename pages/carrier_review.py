"""Carrier review: one carrier's quarter: scorecard, settlement, disputes.

For: carrier managers. Reads: analysis.carriers (review, evidence), .settlement,
.service.control, .satisfaction; reports declared_reasons, invoice_check; disputes and
actions of the state.
"""

from dashboard.ui.carriers import actions as carrier_actions
from dashboard.ui.carriers import clause_what_if, review
from dashboard.ui.carriers import settlement as carrier_settlement

on = review.opened()
review.scorecard(on)
review.trend(on)
review.causes_and_proof(on)
review.costs_and_voices(on)
carrier_actions.actions(on)
carrier_settlement.settled(on)
clause_what_if.changed_clause(on)
carrier_settlement.invoice(on)
carrier_settlement.disputes(on)
