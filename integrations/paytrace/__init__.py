"""PayTrace in our words: two API generations behind one client, and a simulator of both."""
