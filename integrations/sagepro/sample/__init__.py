"""The sample company: a believable set of books to try, show and test against."""
