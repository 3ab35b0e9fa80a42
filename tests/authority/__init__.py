"""What the practice tenant promises, row by row: statements.md lists the statements, the tests show that they hold."""
