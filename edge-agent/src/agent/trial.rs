//! The models on trial: opened beside those that decide, signed like them.
//!
//! When they do not open, the lanes work as if there were none.

use super::eyes::open_folder;
use crate::config::Config;
use crate::sight::{EyesPool, Trial};

/// Opens the models on trial, when the configuration names some. `beside`: the name of the models that decide.
pub(super) fn start(config: &Config, beside: String) -> Option<Trial> {
    let shadow = config.recognition.shadow.as_ref()?;
    let opened = open_folder(&shadow.models, config).map_err(|e| e.to_string()).and_then(|(manifest, eyes)| {
        let pool = EyesPool::on_trial(Box::new(eyes)).map_err(|e| e.to_string())?;
        Ok((pool, manifest.name))
    });
    match opened {
        Ok((eyes, models)) => {
            let share = shadow.share;
            tracing::info!(models, share, "models on trial look beside those that decide, and only report");
            Some(Trial { eyes, models, beside, share })
        }
        Err(error) => {
            metrics::counter!("edge_models_failed_total").increment(1);
            tracing::error!(error, "the models on trial are refused; the lanes work without them");
            None
        }
    }
}
