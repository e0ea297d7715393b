"""What checks a response package: one Python file and one page, both of which travel in every package."""
