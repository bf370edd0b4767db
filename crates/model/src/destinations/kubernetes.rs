//! A Secret of Kubernetes, by `kubectl`. It is applied by the server: otherwise kubectl would keep the whole manifest beside
//! it, in clear, as an annotation.

use super::{Call, Input, Kind, Plan, is_name, with_scope};

pub(super) const KUBERNETES: Kind = Kind {
    name: "kubernetes",
    label: "Kubernetes",
    hint: "NAMESPACE/SECRET, or NAMESPACE/SECRET@CONTEXT",
    example: "storefront/ghostable-production",
    programs: &["kubectl"],
    install: "Install kubectl, and give it a cluster: kubectl config use-context CONTEXT",
    plan,
};

fn plan(target: &str, _: &[&str]) -> Option<Plan> {
    let (path, context) = with_scope(target);
    let (namespace, name) = path.split_once('/')?;
    if !is_label(namespace) || !is_label(name) || context.is_some_and(str::is_empty) {
        return None;
    }
    let context_argument = context.map(|it| format!("--context={it}"));
    let with = |words: &[&str]| {
        let words = words.iter().map(|it| (*it).to_owned());
        words
            .chain([format!("--namespace={namespace}")])
            .chain(context_argument.clone())
            .collect::<Vec<_>>()
    };
    let apply = [
        "apply",
        "--server-side",
        "--force-conflicts",
        "--field-manager=deploy-tokens",
        "--filename=-",
    ];
    Some(Plan {
        title: match context {
            Some(context) => format!("Kubernetes Secret {name} in {namespace}, context {context}"),
            None => format!("Kubernetes Secret {name} in {namespace}"),
        },
        program: None,
        signed_in: Some(with(&["auth", "can-i", "patch", "secrets"])),
        sign_in: "kubectl config use-context CONTEXT".to_owned(),
        calls: vec![Call {
            arguments: with(&apply),
            otherwise: None,
            input: Input::Manifest(name.to_owned()),
        }],
        look: Some(with(&["get", "secret", name, "--no-headers"])),
    })
}

fn is_label(text: &str) -> bool {
    is_name(text) && !text.contains(|c: char| c.is_ascii_uppercase() || c == '_')
}
