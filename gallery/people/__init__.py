"""Who works in the nursery: accounts for an administrator, one's own account, and links to sign in."""
