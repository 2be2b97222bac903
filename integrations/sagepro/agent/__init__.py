"""The agent: Tieout's hands on the customer's own network, and the words it shares with us."""
