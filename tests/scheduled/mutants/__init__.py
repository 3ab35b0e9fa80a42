"""The practice tenant with one line broken: a test of each rule notices."""
