"""What is a secret: by its shape, or by the name that a literal value goes by."""
