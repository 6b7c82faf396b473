"""What is seen of a public endpoint: names, TLS, HTTP and routes."""
