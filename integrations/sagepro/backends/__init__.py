"""One module family per way into a company's books; each passes the same contract suite."""
