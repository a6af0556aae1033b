"""Why an answer is what it is: which ink spoke for it, what it is like, and what would make it another."""
