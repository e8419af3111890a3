"""Messages that cross a process boundary (generated from the .proto files) and the names both sides use."""
