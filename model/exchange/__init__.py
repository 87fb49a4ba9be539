"""What places share without using it up: digital networks, data, compute, knowledge in collaboration."""
