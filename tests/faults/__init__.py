"""The practice tenant fails on purpose: what MSAL, and a program that uses it, sees of each fault."""
