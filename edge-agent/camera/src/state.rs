//! How a camera is now, for the status, the panel and `devices`.

use serde::Serialize;

/// What a camera's worker is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    /// It opens the stream.
    Starting,
    /// Frames come, few of them: the lane is empty.
    Resting,
    /// Frames come, all of them: a vehicle is watched.
    Watching,
    /// It ended and is started again after a pause.
    Pausing,
    /// It was told to end.
    Ended,
}

/// What is wrong with a camera. The code is stable; the words for officers stand in `gate-core`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultCode {
    /// No frame comes. Measured in seconds since the last one.
    CameraLost,
    /// Frames come, but the picture stands still. Mean change of a pixel in grey levels.
    CameraFrozen,
    /// The picture is black. Mean brightness, 0 to 255.
    CameraBlack,
    /// One grey: something covers the lens. Standard deviation in grey levels.
    CameraCovered,
    /// Too dark to read by. Mean brightness, 0 to 255.
    CameraDark,
    /// Dazzled. Share of pixels at the upper end, 0 to 1.
    CameraGlare,
    /// Without an edge: out of focus, dirty, fog. Variance of the Laplacian.
    CameraBlurred,
    /// Another size than it is set up for. Measured and limit: width in pixels.
    CameraWrongSize,
    /// It looks elsewhere than at its commissioning. Share of that picture's parts that lie in their place, 0 to 1.
    CameraTurned,
}

impl FaultCode {
    /// The stable word, as `camera_frozen`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CameraLost => "camera_lost",
            Self::CameraFrozen => "camera_frozen",
            Self::CameraBlack => "camera_black",
            Self::CameraCovered => "camera_covered",
            Self::CameraDark => "camera_dark",
            Self::CameraGlare => "camera_glare",
            Self::CameraBlurred => "camera_blurred",
            Self::CameraWrongSize => "camera_wrong_size",
            Self::CameraTurned => "camera_turned",
        }
    }
}

/// A fault with what was measured and what is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct CameraFault {
    /// What is wrong.
    pub code: FaultCode,
    /// What was measured.
    pub measure: f32,
    /// What is allowed.
    pub limit: f32,
}

impl std::fmt::Display for CameraFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {:.2}, limit {:.2}", self.code.as_str(), self.measure, self.limit)
    }
}

/// A camera now.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CameraState {
    /// Its name within the lane.
    pub name: String,
    /// What its worker is doing.
    pub activity: Activity,
    /// What is wrong now.
    pub faults: Vec<CameraFault>,
    /// Size of the newest frame in pixels; `None` before the first one.
    pub size: Option<(u32, u32)>,
    /// Age of the newest frame in milliseconds; `None` before the first one.
    pub age_ms: Option<u64>,
    /// Frames passed on since the agent started.
    pub frames: u64,
    /// How often the worker was started again.
    pub restarts: u32,
    /// The worker's process.
    pub pid: Option<u32>,
    /// Resident memory of the worker in MB.
    pub memory_mb: Option<u32>,
    /// Why the worker ended last.
    pub last_error: Option<String>,
}

impl CameraState {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            activity: Activity::Starting,
            faults: Vec::new(),
            size: None,
            age_ms: None,
            frames: 0,
            restarts: 0,
            pid: None,
            memory_mb: None,
            last_error: None,
        }
    }

    /// Frames come and nothing is wrong with them.
    #[must_use]
    pub fn well(&self) -> bool {
        self.faults.is_empty() && matches!(self.activity, Activity::Resting | Activity::Watching)
    }
}
