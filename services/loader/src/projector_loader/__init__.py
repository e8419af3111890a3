"""gRPC service that reads what lies below the data root; the only room that opens a user's files."""
