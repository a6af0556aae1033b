"""From what the reader's network says of a line to the numbers that stand there."""
