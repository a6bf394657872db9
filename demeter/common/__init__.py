"""What every app builds on. Imports no app, nor `demeter.accounts`."""
