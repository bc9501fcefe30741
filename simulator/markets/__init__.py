"""The markets the simulator can serve, one file each."""
