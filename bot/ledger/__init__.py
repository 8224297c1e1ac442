"""The ledger: every accepted message as a durable job, served fairly, answered exactly once, whoever crashes."""
