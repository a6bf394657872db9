"""S3 and the staging area: the only code that talks to either."""
