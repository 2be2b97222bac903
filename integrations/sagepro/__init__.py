"""The Sage Pro adapter: one company's books, read and written through its single writer."""
