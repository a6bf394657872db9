"""Phase 1: from staging to S3, with what the photo says about itself."""
