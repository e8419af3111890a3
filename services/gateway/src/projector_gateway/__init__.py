"""FastAPI gateway: REST, WebSocket, the public gRPC face, and the database."""
