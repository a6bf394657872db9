"""What is grown and in what: lists, forms, imports, and the merge of two products."""
