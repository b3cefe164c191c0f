"""From a request to a message that left: the gate, the claim, the attempts, what became of each."""
