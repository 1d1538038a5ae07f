"""What auditors ask of every service: samples that can be drawn again, the trail of a loan."""
