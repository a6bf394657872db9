"""Shared by all apps. Imports no app, nor `demeter.accounts`."""
