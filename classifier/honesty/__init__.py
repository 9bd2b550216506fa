"""How right the labels in production are, told from verdicts that were given blind."""
