//! ONNX Runtime: its library, loaded once in the process, and one session per model and thread.
//!
//! One intra-op thread, no spinning, no arena, no memory pattern (onnxruntime#11627: an arena never
//! gives back); inputs have fixed shapes.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use ort::environment::Environment;
use ort::ep;
use ort::session::Session;
use ort::session::builder::GraphOptimizationLevel;
use ort::value::TensorRef;

use crate::error::{ModelError, VisionError};
use crate::manifest::near;

/// The one environment of the process: ONNX Runtime allows no second.
static ENVIRONMENT: Mutex<Option<Environment>> = Mutex::new(None);

/// Where the library is: `given`, else GATE_ONNXRUNTIME, else beside the program, else `.gate/lib` in a
/// parent of the program's or the working folder.
///
/// # Errors
/// [`ModelError::NoRuntime`] naming the places.
pub fn find(given: Option<&Path>) -> Result<PathBuf, ModelError> {
    let named = given.map(Path::to_owned).or_else(|| std::env::var_os("GATE_ONNXRUNTIME").map(PathBuf::from));
    if let Some(path) = named.filter(|p| !p.as_os_str().is_empty()) {
        return if path.is_file() { Ok(path) } else { Err(ModelError::NoRuntime { looked: vec![path] }) };
    }
    let beside = std::env::current_exe().ok().and_then(|p| p.parent().map(|f| f.join("libonnxruntime.so")));
    let looked: Vec<PathBuf> =
        beside.into_iter().chain(near(|folder| folder.join(".gate/lib/libonnxruntime.so"))).collect();
    match looked.iter().find(|p| p.is_file()) {
        Some(path) => Ok(path.clone()),
        None => Err(ModelError::NoRuntime { looked }),
    }
}

fn environment(library: Option<&Path>) -> Result<Environment, ModelError> {
    let mut environment = ENVIRONMENT.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(made) = &*environment {
        return Ok(made.clone());
    }
    let path = find(library)?;
    let bad = |why: String| ModelError::BadRuntime { path: path.clone(), why };
    let made = ort::init_from(&path)
        .map_err(|e| bad(e.to_string()))?
        .with_name("gate")
        .with_telemetry(false)
        .build()
        .map_err(|e| bad(e.to_string()))?;
    made.set_log_level(ort::logging::LogLevel::Warning);
    tracing::debug!(library = %path.display(), "ONNX Runtime is loaded");
    Ok(environment.insert(made).clone())
}

/// One model, ready to run in one thread.
pub(crate) struct Network {
    name: &'static str,
    session: Session,
    /// Time that its runs took, since it was opened.
    ran: Duration,
}

/// One output: its shape and its values.
pub(crate) struct Output {
    /// Length of each dimension.
    pub shape: Vec<usize>,
    /// Values, last dimension first.
    pub values: Vec<f32>,
}

impl Network {
    /// Opens a model from the bytes of its file, which have been checked.
    pub(crate) fn open(name: &'static str, model: &[u8], library: Option<&Path>) -> Result<Self, ModelError> {
        let environment = environment(library)?;
        let bad = |why: String| ModelError::BadModel { name, why };
        let session = session(&environment, model).map_err(bad)?;
        Ok(Self { name, session, ran: Duration::ZERO })
    }

    /// Checks the shape of the only input and that the outputs are there.
    pub(crate) fn check(&self, input: &str, shape: &[i64], outputs: &[&str]) -> Result<(), ModelError> {
        let bad = |why: String| ModelError::BadModel { name: self.name, why };
        let [only] = self.session.inputs() else {
            return Err(bad(format!("{} inputs, one is asked", self.session.inputs().len())));
        };
        let found: Vec<i64> = only.dtype().tensor_shape().map(|s| s.to_vec()).unwrap_or_default();
        if only.name() != input || found != shape {
            return Err(bad(format!("input {} {found:?}, asked is {input} {shape:?}", only.name())));
        }
        let names: Vec<&str> = self.session.outputs().iter().map(ort::value::Outlet::name).collect();
        match outputs.iter().find(|o| !names.contains(o)) {
            Some(missing) => Err(bad(format!("no output {missing}; there are {names:?}"))),
            None => Ok(()),
        }
    }

    /// Time that its runs took within ONNX Runtime, since it was opened.
    pub(crate) fn ran(&self) -> Duration {
        self.ran
    }

    /// Runs it on one input and takes the outputs that are named.
    pub(crate) fn run<const N: usize>(
        &mut self,
        shape: [usize; 4],
        input: &[f32],
        outputs: [&str; N],
    ) -> Result<[Output; N], VisionError> {
        let name = self.name;
        let fail = |why: String| VisionError::Inference { name, why };
        let tensor = TensorRef::from_array_view((shape, input)).map_err(|e| fail(e.to_string()))?;
        let begun = Instant::now();
        let made = self.session.run(ort::inputs![tensor]);
        self.ran += begun.elapsed();
        let made = made.map_err(|e| fail(e.to_string()))?;
        let mut taken = outputs.map(|_| Output { shape: Vec::new(), values: Vec::new() });
        for (output, into) in outputs.into_iter().zip(&mut taken) {
            let value = made.get(output).ok_or_else(|| fail(format!("no output {output}")))?;
            let (shape, values) = value.try_extract_tensor::<f32>().map_err(|e| fail(e.to_string()))?;
            into.shape = shape.iter().map(|&n| usize::try_from(n).unwrap_or(0)).collect();
            into.values = values.to_vec();
        }
        Ok(taken)
    }
}

/// Errors of `ort` are not all `Send`: they end here, as text.
fn session(environment: &Environment, model: &[u8]) -> Result<Session, String> {
    Session::builder(environment)
        .map_err(|e| e.to_string())?
        .with_execution_providers([ep::CPU::default().with_arena_allocator(false).build()])
        .map_err(|e| e.to_string())?
        .with_optimization_level(GraphOptimizationLevel::Level3)
        .map_err(|e| e.to_string())?
        .with_intra_threads(1)
        .map_err(|e| e.to_string())?
        .with_inter_threads(1)
        .map_err(|e| e.to_string())?
        .with_intra_op_spinning(false)
        .map_err(|e| e.to_string())?
        .with_inter_op_spinning(false)
        .map_err(|e| e.to_string())?
        .with_memory_pattern(false)
        .map_err(|e| e.to_string())?
        .commit_from_memory(model)
        .map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_that_is_named_and_missing_is_an_error_with_the_remedy() {
        let error = find(Some(Path::new("/nowhere/libonnxruntime.so"))).unwrap_err().to_string();
        assert!(error.contains("/nowhere/libonnxruntime.so") && error.contains("./gate build"), "{error}");
    }
}
