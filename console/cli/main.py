"""The command `ofrecord`: which groups it has, and how errors become words and exit codes."""
