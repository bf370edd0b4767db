//! What somebody has chosen of the window on this machine, and what a start of it has set for itself.

use super::SecretLimits;

/// Which colours the window has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Those that the system asks for.
    #[default]
    System,
    Light,
    Dark,
    /// Light or dark as the system asks for, with more contrast than usual.
    Contrast,
}

impl Theme {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::System, Self::Light, Self::Dark, Self::Contrast];

    /// How it is called in what is remembered.
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
            Self::Contrast => "contrast",
        }
    }

    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }
}

/// What was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preferences {
    pub theme: Theme,
    /// Seconds from a copy to the clearing of the clipboard; 0 is when the window is closed.
    pub clipboard: u64,
    /// Seconds without input until an open sheet hides its secrets; 0 is never.
    pub idle: u64,
    /// Whether the window asks the server again by itself.
    pub refreshes: bool,
    /// Whether it tells things by the system's notifications.
    pub notifies: bool,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            theme: Theme::default(),
            clipboard: SecretLimits::CLIPBOARD_SECONDS,
            idle: SecretLimits::IDLE_SECONDS,
            refreshes: true,
            notifies: false,
        }
    }
}

/// Times that were set for one start, in seconds: they rule over what was chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GivenLimits {
    pub clipboard: Option<u64>,
    pub idle: Option<u64>,
}

impl GivenLimits {
    /// The times that hold.
    pub fn over(self, chosen: &Preferences) -> SecretLimits {
        SecretLimits::from_seconds(
            self.clipboard.unwrap_or(chosen.clipboard),
            self.idle.unwrap_or(chosen.idle),
        )
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_a_start_has_set_rules() {
        let chosen = Preferences {
            clipboard: 15,
            idle: 0,
            ..Preferences::default()
        };
        let given = GivenLimits {
            clipboard: None,
            idle: Some(60),
        };
        let limits = given.over(&chosen);
        assert_eq!(limits.clipboard, Some(Duration::from_secs(15)));
        assert_eq!(limits.idle, Some(Duration::from_secs(60)));
        assert_eq!(GivenLimits::default().over(&chosen).idle, None);
        for theme in Theme::ALL {
            assert_eq!(Theme::named(theme.name()), Some(theme));
        }
    }
}
