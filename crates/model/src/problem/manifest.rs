//! Why a folder's manifest cannot be used.

use std::path::PathBuf;

use super::IoCause;

/// Why a folder's manifest cannot be used. Nothing of its content is repeated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// There is none in the folder itself; parent folders are not searched.
    #[error("there is no .ghostable/ghostable.yaml in {}", folder.display())]
    NotFound { folder: PathBuf },
    /// It is of a project of Ghostable 3, which has the same file and no server.
    #[error("{} is a project of Ghostable 3", folder.display())]
    VersionThree { folder: PathBuf },
    /// It cannot be read.
    #[error("{} cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: IoCause,
    },
    /// It is not what it should be.
    #[error("{} cannot be used: {flaw}", path.display())]
    Flawed {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        flaw: ManifestFlaw,
    },
}

/// What is wrong with a manifest's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestFlaw {
    /// More than a megabyte.
    #[error("it is larger than 1 MB")]
    TooLarge,
    /// Not UTF-8.
    #[error("it is not UTF-8 text")]
    NotText,
    /// Not YAML, in this line.
    #[error("it is not YAML (line {0})")]
    NotYaml(u64),
    /// The document is not a list of members.
    #[error("it has no members such as “id: …”")]
    NotAMap,
    /// No project.
    #[error("it lacks “id”, the id of the project")]
    NoId,
    /// The id is no text or whole number that could be one.
    #[error("its “id” cannot be the id of a project")]
    OddId,
    /// `environments` is neither a map nor a list.
    #[error("its “environments” is neither a map nor a list")]
    OddEnvironments,
}
