//! The camera's worker as a program of its own. In the field it is the agent's hidden subcommand
//! `camera-worker`; this one serves the tests of this crate.

fn main() -> std::process::ExitCode {
    gate_camera::worker_main()
}
