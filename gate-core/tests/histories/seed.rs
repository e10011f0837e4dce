//! The name of a history: the seed of a long one, and the number of a branch of it.

use std::fmt;
use std::str::FromStr;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seed {
    pub long: u64,
    pub branch: Option<u32>,
}

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.branch {
            None => write!(f, "{}", self.long),
            Some(branch) => write!(f, "{}.{branch}", self.long),
        }
    }
}

impl FromStr for Seed {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (long, branch) = text.split_once('.').map_or((text, None), |(long, branch)| (long, Some(branch)));
        Ok(Self { long: long.parse()?, branch: branch.map(str::parse).transpose()? })
    }
}
