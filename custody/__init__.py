"""What a record is, and what proves it: nouns. Standard library only, no input or output."""
