"""The trained models. Nothing else imports torch, ultralytics or sahi."""
