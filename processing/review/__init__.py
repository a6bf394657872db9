"""What people correct and sign off, and the totals and stock that follow."""
