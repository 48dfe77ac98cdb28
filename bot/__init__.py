"""WeChat, and talking: knows nothing of rivers."""
