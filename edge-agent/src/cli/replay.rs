//! `edge-agent replay`.

use std::path::Path;

use anyhow::bail;

use super::say;
use crate::lane::replay;

pub(super) fn replay(journal: &Path) -> anyhow::Result<()> {
    let found = replay::replay(journal)?;
    for d in &found.differences {
        say(format!("{}:{} at {:.3} s", d.file.display(), d.line, std::time::Duration::from_micros(d.t).as_secs_f64()));
        say(format!("  then: {}", serde_json::to_string(&d.then)?));
        say(format!("  now:  {}", serde_json::to_string(&d.now)?));
    }
    say(format!(
        "files {} steps {} effects {} differences {}",
        found.files, found.steps, found.effects, found.different
    ));
    if found.different > 0 {
        bail!("{} step(s) came out otherwise", found.different);
    }
    Ok(())
}
