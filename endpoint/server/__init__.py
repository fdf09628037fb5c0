"""The web server: its channels, kept responses, warming up, metrics, health."""
