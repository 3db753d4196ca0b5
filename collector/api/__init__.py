"""The API: Stats questions for keys, health and metrics for operators."""
