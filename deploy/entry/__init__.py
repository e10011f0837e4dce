"""What ./gate does: installs what is missing, builds, and runs the gate, its tests and its benches."""
