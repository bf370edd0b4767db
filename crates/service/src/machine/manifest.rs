//! The manifest of a project's folder: which project it belongs to (docs/protocol.md 11). Read only.

use model::{ManifestError, ManifestFlaw};
use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use serde_json::Value;

use protocol::{EnvironmentName, ProjectId};

/// Where a manifest may be, the newest place first.
const PLACES: [&str; 3] = [".ghostable/ghostable.yaml", "ghostable.yml", "ghostable.yaml"];
/// The largest manifest that is read.
const SIZE_LIMIT: u64 = 1024 * 1024;
/// How deep it may be nested.
const DEPTH_LIMIT: usize = 64;

/// What a manifest says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    pub project: ProjectId,
    /// The project's name, if there is one.
    pub name: Option<String>,
    /// The environments that are named, in order, each once.
    pub environments: Vec<EnvironmentName>,
}

/// Reads the manifest of a folder.
///
/// # Errors
/// [`ManifestError`].
pub fn read(folder: &Path) -> Result<Manifest, ManifestError> {
    if is_version_three(folder) {
        return Err(ManifestError::VersionThree {
            folder: folder.to_owned(),
        });
    }
    for place in PLACES {
        let path = folder.join(place);
        match File::open(&path) {
            Ok(file) => return read_file(file, path),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
            Err(error) => {
                return Err(ManifestError::Unreadable {
                    path,
                    cause: error.into(),
                });
            }
        }
    }
    Err(ManifestError::NotFound {
        folder: folder.to_owned(),
    })
}

/// Whether a folder is a project of Ghostable 3. Its manifest has the same place as version 2's; what lies beside it is what
/// a server has in version 2.
fn is_version_three(folder: &Path) -> bool {
    let beside = |name: &str| folder.join(".ghostable").join(name);
    beside("policy.json").is_file() || (beside("devices").is_dir() && beside("environments").is_dir())
}

fn read_file(file: File, path: PathBuf) -> Result<Manifest, ManifestError> {
    let mut bytes = Vec::new();
    if let Err(error) = file.take(SIZE_LIMIT + 1).read_to_end(&mut bytes) {
        return Err(ManifestError::Unreadable {
            path,
            cause: error.into(),
        });
    }
    let flawed = |flaw| ManifestError::Flawed {
        path: path.clone(),
        flaw,
    };
    if u64::try_from(bytes.len()).is_ok_and(|length| length > SIZE_LIMIT) {
        return Err(flawed(ManifestFlaw::TooLarge));
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| flawed(ManifestFlaw::NotText))?;
    parse(text).map_err(flawed)
}

/// Reads a manifest's text.
///
/// # Errors
/// [`ManifestFlaw`].
pub fn parse(text: &str) -> Result<Manifest, ManifestFlaw> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_depth: DEPTH_LIMIT, max_documents: 1 },
    };
    let document: Value = serde_saphyr::from_str_with_options(text, options)
        .map_err(|error| ManifestFlaw::NotYaml(error.location().map_or(1, |at| at.line())))?;
    let Value::Object(members) = document else {
        return Err(ManifestFlaw::NotAMap);
    };
    let project = match members.get("id") {
        None | Some(Value::Null) => return Err(ManifestFlaw::NoId),
        Some(Value::String(text)) if text.trim().is_empty() => return Err(ManifestFlaw::NoId),
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(Value::Number(number)) if number.is_u64() => number.to_string(),
        Some(_) => return Err(ManifestFlaw::OddId),
    };
    let name = members.get("name").and_then(Value::as_str).map(str::trim);
    Ok(Manifest {
        project: ProjectId::parse(project).ok_or(ManifestFlaw::OddId)?,
        name: name.filter(|name| !name.is_empty()).map(str::to_owned),
        environments: environments(members.get("environments"))?,
    })
}

/// A map by name, or a list of names and of objects with a name; what has no name is dropped (docs/protocol.md 11).
fn environments(value: Option<&Value>) -> Result<Vec<EnvironmentName>, ManifestFlaw> {
    let names: Vec<&str> = match value {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Object(map)) => map.keys().map(String::as_str).collect(),
        Some(Value::Array(list)) => list
            .iter()
            .filter_map(|entry| entry.as_str().or_else(|| entry.get("name")?.as_str()))
            .collect(),
        Some(_) => return Err(ManifestFlaw::OddEnvironments),
    };
    let mut kept: Vec<EnvironmentName> = Vec::new();
    for name in names.into_iter().map(str::trim).filter(|name| !name.is_empty()) {
        let Some(name) = EnvironmentName::parse(name) else {
            continue;
        };
        if !kept.contains(&name) {
            kept.push(name);
        }
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names(manifest: &Manifest) -> Vec<&str> {
        manifest
            .environments
            .iter()
            .map(EnvironmentName::as_str)
            .collect()
    }

    #[test]
    fn all_forms_of_the_reference_are_read() {
        let text = "id: 0199-ab\nname: Shop\nstack: {language: php}\nenvironments:\n  production: {type: production, \
                    ignore: [A]}\n  staging:\n  local: {}\nfuture: 1\n";
        let manifest = parse(text).unwrap();
        assert_eq!(manifest.project.as_str(), "0199-ab");
        assert_eq!(manifest.name.as_deref(), Some("Shop"));
        assert_eq!(names(&manifest), ["production", "staging", "local"]);
        let list =
            parse("id: 42\nenvironments: [production, {name: staging}, {type: x}, 7, production]").unwrap();
        assert_eq!(list.project.as_str(), "42");
        assert_eq!(names(&list), ["production", "staging"]);
        assert_eq!(parse("id: '7'").unwrap().project.as_str(), "7");
        assert_eq!(
            parse("id: 18446744073709551615").unwrap().project.as_str(),
            "18446744073709551615"
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, flaw) in [
            ("", ManifestFlaw::NotAMap),
            ("- id: 1", ManifestFlaw::NotAMap),
            ("name: x", ManifestFlaw::NoId),
            ("id:", ManifestFlaw::NoId),
            ("id: ' '", ManifestFlaw::NoId),
            ("id: [1]", ManifestFlaw::OddId),
            ("id: 1.5", ManifestFlaw::OddId),
            ("id: -1", ManifestFlaw::OddId),
            ("id: true", ManifestFlaw::OddId),
            ("id: ..", ManifestFlaw::OddId),
            ("id: a/b", ManifestFlaw::OddId),
            ("id: x\nenvironments: production", ManifestFlaw::OddEnvironments),
            ("id: x\nname: {", ManifestFlaw::NotYaml(2)),
        ] {
            assert_eq!(parse(text), Err(flaw), "{text:?}");
        }
    }

    #[test]
    fn documents_that_unfold_or_nest_without_end_are_refused() {
        let mut bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
        for level in 1..30 {
            let below = vec![format!("*a{}", level - 1); 10].join(",");
            bomb.push_str(&format!("a{level}: &a{level} [{below}]\n"));
        }
        assert!(matches!(parse(&bomb), Err(ManifestFlaw::NotYaml(_))));
        let deep = format!("id: {}", "[".repeat(100_000));
        assert!(matches!(parse(&deep), Err(ManifestFlaw::NotYaml(_))));
    }

    #[test]
    fn places_are_tried_in_order_and_parents_are_not_searched() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(read(folder.path()), Err(ManifestError::NotFound { .. })));
        std::fs::write(folder.path().join("ghostable.yaml"), "id: oldest").unwrap();
        std::fs::write(folder.path().join("ghostable.yml"), "id: older").unwrap();
        assert_eq!(read(folder.path()).unwrap().project.as_str(), "older");
        let inner = folder.path().join(".ghostable");
        std::fs::create_dir(&inner).unwrap();
        assert!(matches!(read(&inner), Err(ManifestError::NotFound { .. })));
        std::fs::write(inner.join("ghostable.yaml"), "id: newest").unwrap();
        assert_eq!(read(folder.path()).unwrap().project.as_str(), "newest");
        std::fs::write(inner.join("ghostable.yaml"), [b'i', 0xff]).unwrap();
        let flaw = |folder: &Path| match read(folder) {
            Err(ManifestError::Flawed { flaw, .. }) => flaw,
            other => panic!("{other:?}"),
        };
        assert_eq!(flaw(folder.path()), ManifestFlaw::NotText);
        std::fs::write(inner.join("ghostable.yaml"), "#".repeat(1_100_000)).unwrap();
        assert_eq!(flaw(folder.path()), ManifestFlaw::TooLarge);
        std::fs::remove_file(inner.join("ghostable.yaml")).unwrap();
        std::fs::create_dir(inner.join("ghostable.yaml")).unwrap();
        assert!(matches!(
            read(folder.path()),
            Err(ManifestError::Unreadable { .. })
        ));
    }

    #[test]
    fn a_project_of_version_three_is_not_taken_for_one_of_version_two() {
        let folder = tempfile::tempdir().unwrap();
        let inside = |name: &str| folder.path().join(".ghostable").join(name);
        std::fs::create_dir_all(inside("environments")).unwrap();
        std::fs::write(inside("ghostable.yaml"), "id: 0199-ab").unwrap();
        assert!(read(folder.path()).is_ok(), "a folder alone says nothing");
        let is_third = || matches!(read(folder.path()), Err(ManifestError::VersionThree { .. }));
        std::fs::write(inside("policy.json"), "{}").unwrap();
        assert!(is_third());
        std::fs::remove_file(inside("policy.json")).unwrap();
        std::fs::create_dir(inside("devices")).unwrap();
        assert!(is_third());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "(id: |environments:|\\PC|[-{}\\[\\]&*:,'\"|>?!%@`#\n \t]|[a-z0-9]){0,60}") {
            drop(parse(&text));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            drop(parse(&String::from_utf8_lossy(&bytes)));
        }

        #[test]
        fn quoted_ids_come_back_as_they_are(id in "[A-Za-z0-9_:-]{1,40}") {
            let manifest = parse(&format!("id: '{id}'")).unwrap();
            prop_assert_eq!(manifest.project.as_str(), id.as_str());
        }
    }
}
