"""What the simulated cameras see: photographs with known text where they are at hand, a folder of the user's own,
or scenes that are drawn here (road, vehicle, plate, container, light, weather). Whoever drives the vehicles gets
the truth with each picture.

    python -m tests.simulators.scenes --out DIR [--pictures DIR] [--datasets DIR] [--drawn] [--seed N]

writes DIR/vehicles.json and the pictures that are drawn."""
