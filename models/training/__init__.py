"""Makes the models of the gate: synthetic plates and containers, data sets, networks, training, export."""
