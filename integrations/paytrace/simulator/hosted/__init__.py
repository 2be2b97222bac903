"""PayTrace's own card form as a page of somebody else's shows it: script, frame and pair."""
