//! Where the project's own data lies when `edge.toml` does not say.

use std::path::{Path, PathBuf};

/// The folder that holds `models/` and `firmware-config/`: the nearest one above this program or above
/// the working folder that has both; on an installed machine `/usr/share/cua-khau`.
#[must_use]
pub fn project_folder() -> PathBuf {
    let program = std::env::current_exe().ok();
    let here = std::env::current_dir().ok();
    let starts = [program.as_deref().and_then(Path::parent), here.as_deref()];
    let found = starts.into_iter().flatten().find_map(|start| {
        start.ancestors().find(|f| f.join("firmware-config").is_dir() && f.join("models").is_dir()).map(Path::to_owned)
    });
    found.unwrap_or_else(|| PathBuf::from("/usr/share/cua-khau"))
}

/// How many threads look at pictures when nothing is said: one for every core but one, which the lanes keep.
pub(super) fn usual_eyes() -> usize {
    std::thread::available_parallelism().map_or(1, |n| n.get().saturating_sub(1).max(1))
}
