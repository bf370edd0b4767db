//! Where a token belongs: not every record tells its environment.

use protocol::EnvironmentName;

/// The name of an environment, or that it is not told.
pub fn environment(name: &EnvironmentName) -> &str {
    match name.as_str() {
        "" => "environment not told",
        name => name,
    }
}

/// A project and one of its environments.
pub fn place(project: &str, name: &EnvironmentName) -> String {
    format!("{project} / {}", environment(name))
}
