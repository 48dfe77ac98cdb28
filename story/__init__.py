"""The product seen at work: the demonstration, and two stories played over HTTP with the platform's stand-in."""
