"""S3 and the staging area."""
