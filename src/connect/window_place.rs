//! Size and place of the window between starts, in a file of its own in the data folder: whatever happens to it, nothing
//! else is lost. Nothing secret.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Target;

const FILE: &str = "window.json";
/// A few numbers; a larger file is not ours.
const LARGEST: u64 = 4096;
/// No screen is wider or higher; what is was not written by this program.
const WIDEST: f64 = 100_000.0;

/// Size and place of a window.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
pub struct WindowPlace {
    /// Width of its content, in pixels of the page. Of a maximised window: what it has when it is not.
    pub width: f64,
    /// Height of its content, likewise.
    pub height: f64,
    /// Its left and upper edge in pixels of the screens; none where the system does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corner: Option<(i32, i32)>,
    /// Whether it fills the screen.
    #[serde(default)]
    pub maximized: bool,
}

impl WindowPlace {
    fn is_sound(&self) -> bool {
        [self.width, self.height]
            .iter()
            .all(|it| (1.0..=WIDEST).contains(it))
    }
}

/// Where the place of the window is remembered.
#[derive(Clone, Debug)]
pub struct PlaceMemory {
    folder: PathBuf,
}

impl PlaceMemory {
    /// In the data folder of a target; `None` where there is none.
    pub fn of(target: &Target) -> Option<Self> {
        target.folder().map(|folder| Self { folder })
    }

    /// What is remembered; a file that is not there or makes no sense remembers nothing.
    pub fn read(&self) -> Option<WindowPlace> {
        let text = private_file::read(&self.folder.join(FILE), LARGEST).ok()??;
        let place: WindowPlace = serde_json::from_slice(&text).ok()?;
        place.is_sound().then_some(place)
    }

    /// Remembers. It makes no data folder: where nothing else is kept, this is not either.
    pub fn write(&self, place: &WindowPlace) {
        let written = serde_json::to_vec_pretty(place)
            .map_err(std::io::Error::from)
            .and_then(|text| private_file::replace(&self.folder.join(FILE), &text));
        if let Err(error) = written {
            tracing::info!(%error, "the place of the window cannot be remembered");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn memory(folder: &std::path::Path) -> PlaceMemory {
        PlaceMemory {
            folder: folder.to_owned(),
        }
    }

    #[test]
    fn what_was_written_is_read_and_nothing_is_made_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let place = WindowPlace {
            width: 900.0,
            height: 640.5,
            corner: Some((-1200, 40)),
            maximized: true,
        };
        let kept = memory(folder.path());
        assert_eq!(kept.read(), None);
        kept.write(&place);
        assert_eq!(kept.read(), Some(place));
        let missing = folder.path().join("nowhere");
        memory(&missing).write(&place);
        assert!(!missing.exists());
    }

    #[test]
    fn a_damaged_file_remembers_nothing_and_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let kept = memory(folder.path());
        for wrong in [
            "",
            "{",
            "7",
            r#"{"width":0,"height":10}"#,
            r#"{"width":-3,"height":10}"#,
            r#"{"width":1e300,"height":10}"#,
            r#"{"width":800,"height":600,"corner":[99999999999,0]}"#,
            r#"{"width":"wide","height":10}"#,
        ] {
            fs::write(folder.path().join(FILE), wrong).unwrap();
            assert_eq!(kept.read(), None, "{wrong}");
        }
        fs::write(folder.path().join(FILE), vec![b' '; 5000]).unwrap();
        assert_eq!(kept.read(), None);
        let place = WindowPlace {
            width: 800.0,
            height: 600.0,
            corner: None,
            maximized: false,
        };
        kept.write(&place);
        assert_eq!(kept.read(), Some(place));
    }
}
