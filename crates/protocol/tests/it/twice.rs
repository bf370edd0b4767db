//! What a bundle says twice is compared: whoever delivers it cannot make one thing in it pass for another.

use deploy_tokens_protocol::EnvironmentName;
use deploy_tokens_protocol::crypto::{
    BundleProblemKind, BundleReport, VariableError, VariableKeys, make_deploy_key, open_bundle,
    open_bundle_accepting, open_variable, seal_variable, system_rng,
};
use deploy_tokens_protocol::secret::{DeploySeed, SecretText};
use deploy_tokens_protocol::variable::{Bundle, VariableScope};

use crate::properties::a_bundle;

/// A bundle of two variables in the environment `e` of the project `p`, changed by whoever delivers it.
fn delivered(change: impl FnOnce(&mut Bundle)) -> (Bundle, DeploySeed) {
    let seed = make_deploy_key(&mut system_rng()).0;
    let values = [("LOGO_PATH", "/tmp/logo.so"), ("B", "2")];
    let values = values.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let (mut bundle, _) = a_bundle(&seed, &values);
    change(&mut bundle);
    (bundle, seed)
}

fn report(change: impl FnOnce(&mut Bundle)) -> BundleReport {
    let (bundle, seed) = delivered(change);
    open_bundle(&bundle, &seed)
}

/// The only problem there is, and of what.
fn only(report: &BundleReport) -> (Option<&str>, &BundleProblemKind) {
    let [problem] = report.problems.as_slice() else {
        panic!("{:?}", report.problems);
    };
    (problem.name.as_deref(), &problem.kind)
}

#[test]
fn a_variable_cannot_be_given_another_name() {
    let (bundle, seed) = delivered(|it| "LD_PRELOAD".clone_into(&mut it.variables[0].name));
    let report = open_bundle(&bundle, &seed);
    let sealed = "LOGO_PATH".to_owned();
    assert_eq!(
        only(&report),
        (Some("LD_PRELOAD"), &BundleProblemKind::NameMismatch { sealed })
    );
    assert_eq!((report.decrypted(), report.variables.len()), (1, 1));
}

#[test]
fn a_variable_cannot_be_given_to_another_environment() {
    let (bundle, seed) = delivered(|it| {
        it.chain.insert(0, "base".to_owned());
        "base".clone_into(&mut it.variables[0].environment);
    });
    let report = open_bundle(&bundle, &seed);
    let mismatch = BundleProblemKind::EnvironmentMismatch {
        sealed: "e".to_owned(),
        delivered: "base".to_owned(),
    };
    assert_eq!(only(&report), (Some("LOGO_PATH"), &mismatch));
    assert_eq!(report.variables.len(), 1);
}

#[test]
fn on_a_device_neither_name_nor_environment_can_be_changed() {
    let seed = make_deploy_key(&mut system_rng()).0;
    let (bundle, key) = a_bundle(&seed, &[("A".to_owned(), "1".to_owned())]);
    let sealed = &bundle.variables[0];
    let mut renamed = sealed.clone();
    "B".clone_into(&mut renamed.name);
    let name = VariableError::NameMismatch {
        sealed: "A".to_owned(),
    };
    assert_eq!(open_variable(&renamed, &key).map(drop), Err(name));
    let mut moved = sealed.clone();
    "production".clone_into(&mut moved.environment);
    let environment = VariableError::EnvironmentMismatch {
        sealed: "e".to_owned(),
    };
    assert_eq!(open_variable(&moved, &key).map(drop), Err(environment));
    moved.environment.clear();
    assert!(
        open_variable(&moved, &key).is_ok(),
        "what is not told is not compared"
    );
}

#[test]
fn a_bundle_cannot_be_given_for_another_environments() {
    let whole = |it: &mut Bundle| {
        "production".clone_into(&mut it.environment);
        it.chain = vec!["production".to_owned()];
        for variable in &mut it.variables {
            "production".clone_into(&mut variable.environment);
        }
    };
    let (bundle, seed) = delivered(whole);
    let refused = open_bundle(&bundle, &seed);
    let codes: Vec<_> = refused
        .problems
        .iter()
        .map(|it| (it.name.as_deref(), it.kind.code()))
        .collect();
    let code = "environment_mismatch";
    assert_eq!(
        codes,
        [
            (None, code),
            (Some("LOGO_PATH"), code),
            (Some("B"), code),
            (None, "nothing_decrypted")
        ]
    );
    let renamed = |name: &str| open_bundle_accepting(&bundle, &seed, Some(&EnvironmentName::new(name)));
    assert_eq!(
        renamed("e").problems,
        [],
        "somebody has said that it was called so"
    );
    assert_eq!(renamed("e").decrypted(), 2);
    assert_eq!(renamed("staging").variables.len(), 0);
}

#[test]
fn a_bundle_that_contradicts_itself_is_told() {
    let foreign = report(|it| "staging".clone_into(&mut it.variables[1].environment));
    assert_eq!(only(&foreign).1.code(), "environment_mismatch");
    let chain = report(|it| it.chain.push("staging".to_owned()));
    let last = "staging".to_owned();
    assert_eq!(only(&chain), (None, &BundleProblemKind::ChainMismatch { last }));
    let twice = report(|it| {
        let again = it.variables[1].clone();
        it.variables.push(again);
    });
    let named: Vec<_> = twice
        .problems
        .iter()
        .map(|it| (it.name.as_deref(), &it.kind))
        .collect();
    assert_eq!(
        named,
        [(Some("B"), &BundleProblemKind::Repeated); 2],
        "nothing says which one counts"
    );
    assert_eq!((twice.decrypted(), twice.variables.len()), (1, 1));
    let silent = report(|it| {
        it.chain.clear();
        it.variables.iter_mut().for_each(|it| it.environment.clear());
    });
    assert_eq!(silent.problems, [], "what is not told is not compared");
}

/// Whoever holds the key can seal for anywhere; the key itself says for where it is.
#[test]
fn what_was_sealed_for_elsewhere_under_the_same_key_is_told() {
    let sealed_for = |project: &str, environment: &str| {
        let seed = make_deploy_key(&mut system_rng()).0;
        let (mut bundle, key) = a_bundle(&seed, &[("A".to_owned(), "1".to_owned())]);
        let scope = VariableScope {
            project: project.to_owned(),
            environment: environment.to_owned(),
            name: "B".to_owned(),
            ..bundle.variables[0].scope.clone()
        };
        let (keys, value) = (
            VariableKeys::derive(&key, &scope),
            SecretText::new("2".to_owned()),
        );
        let variable = seal_variable(&scope, &value, &keys, 1, &mut system_rng()).unwrap();
        bundle.variables.push(variable);
        open_bundle(&bundle, &seed)
    };
    assert_eq!(sealed_for("p", "e").problems, []);
    let layer = "staging".to_owned();
    let elsewhere = sealed_for("p", "staging");
    assert_eq!(
        only(&elsewhere),
        (Some("B"), &BundleProblemKind::UnknownLayer { layer })
    );
    let other = BundleProblemKind::ProjectMismatch {
        sealed: "q".to_owned(),
        of_key: "p".to_owned(),
    };
    assert_eq!(only(&sealed_for("q", "e")), (Some("B"), &other));
}
