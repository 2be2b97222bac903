"""The agents on customers' networks: pairing, jobs, answers, and the connector made of them."""
