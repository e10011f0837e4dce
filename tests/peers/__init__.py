"""Our Modbus against implementations that are not ours: pymodbus in both directions, and mbpoll."""
