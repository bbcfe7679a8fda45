"""What stock grpclib and h2 do with what peers may send; docs/upstream.md tells of it."""
