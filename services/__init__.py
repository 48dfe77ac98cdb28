"""What the Office and the chiefs do: one verb per function, whoever asks."""
