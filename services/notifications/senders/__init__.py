"""How a message leaves the house: one file per channel, with everything that channel is."""
