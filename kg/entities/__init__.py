"""What events name: places and other things that articles are about, each as one node."""
