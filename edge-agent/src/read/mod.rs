//! `edge-agent read`: pictures, folders, videos and streams, read by the gate's own models.
//!
//! One line per picture or frame, as JSON or for people. A source that cannot be read gives a line that
//! says why, and the rest goes on. The JSON is a contract: tools and checks rely on it.

mod line;
mod people;
mod sets;
mod source;
mod video;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use gate_vision::{Eyes, Look, Picture};

use line::{ErrorLine, Line};
use source::{Source, sources, without_secrets};

/// What to read and how.
#[derive(Debug, Args)]
#[command(after_help = sets::HELP)]
pub struct ReadArgs {
    /// One JSON object per line and picture instead of text for people.
    #[arg(long)]
    pub json: bool,
    /// With --json also how much of `time_ms` the networks ran, as `networks_ms`.
    #[arg(long, requires = "json")]
    pub times: bool,
    /// Each picture is one plate, already cut out.
    #[arg(long)]
    pub crop: bool,
    /// Of videos and streams, read each N-th frame.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub every: u32,
    /// The folder of models; found beside the program or in a folder above when not given.
    #[arg(long, value_name = "DIR")]
    pub models: Option<PathBuf>,
    /// Pictures (JPEG, PNG), folders of pictures and videos, videos, rtsp:// or http:// streams.
    #[arg(required = true, value_name = "PATH|URL")]
    pub sources: Vec<String>,
}

/// One picture of a source.
struct Shot {
    source: String,
    frame: u64,
    media_ms: Option<f64>,
    picture: Picture,
}

/// Reads everything. 0 when all was read, 1 when something could not be.
#[must_use]
pub fn run(args: &ReadArgs) -> ExitCode {
    let mut eyes = match Eyes::open(args.models.as_deref(), None) {
        Ok(eyes) => eyes,
        Err(error) => {
            let _ = writeln!(io::stderr(), "edge-agent read: {error}");
            return ExitCode::FAILURE;
        }
    };
    let mut reading = Reading { args, eyes: &mut eyes, out: io::stdout().lock(), failed: false };
    match reading.all() {
        Ok(()) if reading.failed => ExitCode::FAILURE,
        Ok(()) => ExitCode::SUCCESS,
        // Whoever listened has heard enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "edge-agent read: standard output: {error}");
            ExitCode::FAILURE
        }
    }
}

struct Reading<'a, W: Write> {
    args: &'a ReadArgs,
    eyes: &'a mut Eyes,
    out: W,
    failed: bool,
}

impl<W: Write> Reading<'_, W> {
    fn all(&mut self) -> io::Result<()> {
        for name in &self.args.sources {
            for source in sources(name) {
                self.one(&source)?;
            }
        }
        Ok(())
    }

    fn one(&mut self, source: &Source) -> io::Result<()> {
        match source {
            Source::Picture(path) => {
                let name = path.display().to_string();
                match Picture::read(path) {
                    Ok(picture) => self.shot(&Shot { source: name, frame: 0, media_ms: None, picture }),
                    Err(error) => self.error(&name, &error.to_string()),
                }
            }
            Source::Video(place) => self.video(place),
            Source::Bad { name, why } => self.error(name, why),
        }
    }

    fn video(&mut self, place: &str) -> io::Result<()> {
        let name = without_secrets(place);
        let mut frames = match video::Frames::open(place, self.args.every) {
            Ok(frames) => frames,
            Err(error) => return self.error(&name, &error.to_string()),
        };
        loop {
            match frames.next() {
                Ok(Some((frame, media_ms, picture))) => {
                    self.shot(&Shot { source: name.clone(), frame, media_ms: Some(media_ms), picture })?;
                }
                Ok(None) => return Ok(()),
                Err(error) => return self.error(&name, &error.to_string()),
            }
        }
    }

    fn shot(&mut self, shot: &Shot) -> io::Result<()> {
        let looked = if self.args.crop { self.eyes.look_at_crop(&shot.picture) } else { self.eyes.look(&shot.picture) };
        match looked {
            Ok(look) => self.tell(shot, &look),
            Err(error) => self.error(&shot.source, &error.to_string()),
        }
    }

    fn tell(&mut self, shot: &Shot, look: &Look) -> io::Result<()> {
        if self.args.json {
            serde_json::to_writer(&mut self.out, &Line::of(shot, look, self.args.times))?;
            writeln!(self.out)?;
        } else {
            writeln!(self.out, "{}", people::line(shot, look))?;
        }
        self.out.flush()
    }

    fn error(&mut self, source: &str, error: &str) -> io::Result<()> {
        self.failed = true;
        if self.args.json {
            serde_json::to_writer(&mut self.out, &ErrorLine { source, error })?;
            writeln!(self.out)?;
        } else {
            writeln!(self.out, "{source}: ERROR {error}")?;
        }
        self.out.flush()
    }
}

#[cfg(test)]
mod tests;
