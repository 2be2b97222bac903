"""An acquirer's disputes API beside PayTrace, in the shape of `integrations.disputes.cases_api`."""
