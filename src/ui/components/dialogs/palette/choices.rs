//! Where the palette can go and what it can do, and which of it a few letters mean.

use std::rc::Rc;

use dioxus::prelude::*;

use crate::state::{AppState, ConfirmKind, Load, Section};
use crate::ui::components::{no_token_because, place_kind};
use crate::ui::elements::Icon;
use protocol::{DeployToken, EnvironmentId, Project, ProjectId, TokenEntry};

/// What a choice leads to.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Goal {
    Environment(ProjectId, EnvironmentId),
    Project(ProjectId),
    Page(Section),
    Create,
    Details(Rc<DeployToken>),
    Ask(ConfirmKind, Rc<DeployToken>),
}

/// What stands before a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Icon(Icon),
    /// The dot of an environment, by what it is.
    Place(&'static str),
}

/// A line of the palette.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Choice {
    pub(super) goal: Goal,
    pub(super) mark: Mark,
    pub(super) label: String,
    /// What tells it from others of the same label.
    pub(super) beside: String,
    /// It is open already.
    pub(super) current: bool,
}

impl Choice {
    pub(super) fn new(goal: Goal, mark: Mark, label: impl Into<String>, beside: impl Into<String>) -> Self {
        Self {
            goal,
            mark,
            label: label.into(),
            beside: beside.into(),
            current: false,
        }
    }
}

/// All there is: places first, those that were open last before all others; then pages; then what can be done with tokens,
/// which is only there for somebody who has typed something.
pub(super) fn choices(state: AppState, with_tokens: bool) -> Vec<Choice> {
    let mut all = places(state);
    all.extend(pages());
    if no_token_because(&state.place.key.read()).is_none() && !state.tokens.are_hidden() {
        all.push(Choice::new(
            Goal::Create,
            Mark::Icon(Icon::Plus),
            "Create token…",
            "",
        ));
    }
    if with_tokens && let Load::Ready(entries) = &*state.tokens.entries.read() {
        let tokens = entries.iter().filter_map(TokenEntry::token);
        all.extend(tokens.flat_map(of_token));
    }
    all
}

fn places(state: AppState) -> Vec<Choice> {
    let place = state.place;
    let (projects, recent) = (place.projects.read(), place.recent.read());
    let open = place.project.read().as_ref().map(|it| it.id.clone());
    let environment = place.environment.read().as_ref().map(|it| it.id.clone());
    let (own, elsewhere) = (place.environments.read(), place.elsewhere.read());
    let mut found = Vec::new();
    for project in projects.iter() {
        let is_open = open.as_ref() == Some(&project.id);
        let known = match elsewhere.iter().find(|(id, _)| *id == project.id) {
            _ if is_open => Some(&*own),
            known => known.map(|(_, environments)| environments),
        };
        let owner = owner(state, project);
        let beside = if owner.is_empty() {
            project.name.clone()
        } else {
            format!("{} · {owner}", project.name)
        };
        for it in known.into_iter().flatten() {
            let goal = Goal::Environment(project.id.clone(), it.id.clone());
            found.push(Choice {
                current: is_open && environment.as_ref() == Some(&it.id),
                ..Choice::new(
                    goal,
                    Mark::Place(place_kind(it)),
                    it.name.as_str(),
                    beside.clone(),
                )
            });
        }
        if known.is_none_or(Vec::is_empty) {
            let goal = Goal::Project(project.id.clone());
            let beside = if owner.is_empty() {
                "project".to_owned()
            } else {
                owner
            };
            let mark = Mark::Icon(Icon::ChevronRight);
            found.push(Choice::new(goal, mark, &*project.name, beside));
        }
    }
    let last_open = |choice: &Choice| {
        let Goal::Environment(project, environment) = &choice.goal else {
            return usize::MAX;
        };
        let is_it = |(of, it): &(ProjectId, EnvironmentId)| of == project && it == environment;
        recent.iter().position(is_it).unwrap_or(usize::MAX)
    };
    found.sort_by_key(last_open);
    found
}

/// The organisation of a project, where the user is in several.
fn owner(state: AppState, project: &Project) -> String {
    let organizations = state.place.organizations.read();
    let found = organizations.iter().find(|it| it.id == project.organization_id);
    let is_told = organizations.len() > 1;
    found
        .filter(|_| is_told)
        .map_or(String::new(), |it| it.name.clone())
}

pub(super) fn pages() -> impl Iterator<Item = Choice> {
    let all = [
        (Section::Tokens, Icon::Key, "Tokens"),
        (Section::Everywhere, Icon::Layers, "All environments"),
        (Section::Emergency, Icon::Siren, "Emergency"),
        (Section::Access, Icon::Shield, "Access"),
        (Section::Activity, Icon::Activity, "Activity"),
        (Section::Settings, Icon::Gear, "Settings"),
    ];
    all.into_iter()
        .map(|(page, icon, label)| Choice::new(Goal::Page(page), Mark::Icon(icon), label, "page"))
}

fn of_token(token: &DeployToken) -> Vec<Choice> {
    let beside = token
        .fingerprint()
        .map_or_else(|| token.id.to_string(), |print| print.short());
    let line = |goal, icon, label: String| Choice::new(goal, Mark::Icon(icon), label, beside.clone());
    let (name, token) = (&token.name, Rc::new(token.clone()));
    let mut lines = vec![line(
        Goal::Details(Rc::clone(&token)),
        Icon::Eye,
        format!("Details of {name}"),
    )];
    if token.may_be_active() {
        for (kind, icon, verb) in [
            (ConfirmKind::Revoke, Icon::Ban, "Revoke"),
            (ConfirmKind::Rotate, Icon::Rotate, "Rotate"),
            (ConfirmKind::Replace, Icon::UpDown, "Replace"),
        ] {
            lines.push(line(
                Goal::Ask(kind, Rc::clone(&token)),
                icon,
                format!("{verb} {name}…"),
            ));
        }
    }
    lines
}
