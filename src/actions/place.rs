//! Connecting, and moving between projects and environments.

use model::{ListOf, News, Problem, Unlisted};
use std::sync::Arc;

use dioxus::prelude::*;

use super::{Actions, Choice, LOCAL, Location, on_disk};
use crate::intent::PlaceIntent;
use crate::state::{
    Connection, Dialog, KeyState, Load, Operation, Section, SessionKind, StatusFilter, change,
};
use protocol::{Environment, EnvironmentId, Listed, Project, ProjectId};

/// So many environments are known as those that were open last.
const RECENT: usize = 8;

impl Actions {
    pub(super) fn in_place(&self, intent: PlaceIntent) {
        match intent {
            PlaceIntent::Retry if *self.state.place.connection.peek() != Connection::Open => self.reopen(),
            PlaceIntent::Retry | PlaceIntent::Refresh => self.refresh_all(),
            PlaceIntent::Show(section) => self.show(section),
            PlaceIntent::OpenFolder(folder) => self.open_folder(folder),
            PlaceIntent::BrowseFolder => self.browse_folder(),
            PlaceIntent::OpenProject(id) => self.open_project(&id),
            PlaceIntent::OpenEnvironment(id) => self.open_environment(&id),
            PlaceIntent::OpenPlace(project, environment) => self.open_place(&project, environment),
            PlaceIntent::LookElsewhere => self.look_elsewhere(),
            PlaceIntent::CheckIssued(on) => self.check_issued(on),
        }
    }

    /// Shows a page, and fetches what it is about.
    pub(super) fn show(&self, page: Section) {
        let (mut section, mut remedy) = (self.state.section, self.state.audit.wanted);
        section.set(page);
        remedy.set(None);
        if page != Section::Everywhere {
            self.stop_looking();
        }
        match page {
            Section::Everywhere => self.look_through_what_is_old(),
            Section::Settings => {
                self.look_at_device();
                self.look_at_membership();
            }
            _ => self.look_at_page(),
        }
    }

    /// Fetches what the open page is about, beside what is always there. The emergency page looks by itself, also when the
    /// connection comes later.
    pub(super) fn look_at_page(&self) {
        match *self.state.section.peek() {
            Section::Access => self.look_at_holders(),
            Section::Activity => self.look_at_activity(),
            Section::Settings => self.look_for_known_servers(),
            Section::Tokens | Section::Everywhere | Section::Emergency => {}
        }
    }

    /// Fetches what the user can see, and opens the place that is wanted, or the first one.
    pub(super) async fn open_directory(&self, wanted: Location) -> Result<(), Problem> {
        let mut place = self.state.place;
        let Some(context) = self.context() else {
            return Ok(());
        };
        let asked = Arc::clone(&context);
        let work = async move { service::directory(&asked).await };
        let Some(directory) = self.fetch(|it| it.is_session(&context), work).await else {
            return Ok(());
        };
        let directory = directory.inspect_err(|error| {
            self.expired_by(error, None);
        })?;
        let found = |it: &ProjectId| directory.projects.iter().any(|project| is_called(project, it));
        if wanted.project.as_ref().is_some_and(|it| !found(it)) {
            self.tell(News::OtherProject);
        }
        let project = directory
            .projects
            .iter()
            .find(|project| wanted.project.as_ref().is_some_and(|it| is_called(project, it)))
            .or(directory.projects.first())
            .cloned();
        place.organizations.set(directory.organizations);
        place.projects.set(directory.projects);
        place.unlisted.set(directory.unlisted);
        match project {
            Some(project) => self.show_project(project, wanted.environment).await,
            None => {
                place.connection.set(Connection::Open);
                Ok(())
            }
        }
    }

    /// Opens an environment of any project.
    pub(super) fn open_place(&self, project: &ProjectId, environment: EnvironmentId) {
        if self.project().as_ref() == Some(project) {
            return self.open_environment(&environment);
        }
        self.open_project_at(project, Some(environment));
        self.show_its_tokens();
    }

    /// Fetches the environments of the projects that are not open and not known, one project after the other.
    fn look_elsewhere(&self) {
        let (actions, mut elsewhere) = (self.clone(), self.state.place.elsewhere);
        let Some(context) = self.context() else { return };
        let open = self.project();
        let projects = self.state.place.projects.peek();
        let ids: Vec<ProjectId> = projects.iter().map(|it| it.id.clone()).collect();
        spawn(async move {
            for id in ids.into_iter().filter(|id| Some(id) != open.as_ref()) {
                if elsewhere.peek().iter().any(|(known, _)| *known == id) {
                    continue;
                }
                let (asked, of) = (Arc::clone(&context), id.clone());
                let work = async move { service::environments(&asked, &of).await };
                match actions.fetch(|it| it.is_session(&context), work).await {
                    None => return,
                    Some(Ok(found)) => elsewhere.write().push((id, found.list)),
                    Some(Err(error)) => {
                        tracing::info!(%error, "the environments of a project cannot be listed");
                    }
                }
            }
        });
    }

    /// Opens a project and its most important environment.
    fn open_project(&self, id: &ProjectId) {
        self.open_project_at(id, None);
        self.show_its_tokens();
    }

    fn open_project_at(&self, id: &ProjectId, environment: Option<EnvironmentId>) {
        let found = self
            .state
            .place
            .projects
            .peek()
            .iter()
            .find(|project| project.id == *id)
            .cloned();
        let (actions, Some(project)) = (self.clone(), found) else {
            return;
        };
        spawn(async move {
            if let Err(message) = actions.show_project(project, environment).await {
                let mut connection = actions.state.place.connection;
                connection.set(Connection::Failed(message));
            }
        });
    }

    /// Opens the project that a later start was asked for, unless something is open that should not be left: a sheet, a
    /// dialog, a run of the emergency page.
    pub fn asked_for(&self, wanted: &ProjectId) {
        let state = self.state;
        if *state.place.connection.peek() != Connection::Open {
            return;
        }
        let busy = state.sheet.issuance.peek().is_some()
            || *state.dialog.open.peek() != Dialog::Closed
            || state.emergency.is_running();
        let found = state
            .place
            .projects
            .peek()
            .iter()
            .find(|it| is_called(it, wanted))
            .cloned();
        let open = self.project();
        match found {
            None => self.tell(News::NoSuchProject),
            Some(project) if open.as_ref() == Some(&project.id) => {}
            Some(project) if busy => self.tell(News::ProjectWaits {
                project: project.name,
            }),
            Some(project) => self.open_project(&project.id),
        }
    }

    async fn show_project(&self, project: Project, wanted: Option<EnvironmentId>) -> Result<(), Problem> {
        let mut place = self.state.place;
        let Some(context) = self.context() else {
            return Ok(());
        };
        let (id, again) = (project.id.clone(), self.last_intent());
        let ticket = self.asked.place.begin();
        let asked = Arc::clone(&context);
        let work = async move { service::environments(&asked, &id).await };
        // Another project was asked for meanwhile, or the user left.
        let is_wanted = |it: &Self| it.asked.place.is(ticket) && it.is_session(&context);
        let Some(environments) = self.fetch(is_wanted, work).await else {
            return Ok(());
        };
        let Listed {
            list: environments,
            unreadable,
        } = match environments {
            Ok(environments) => environments,
            Err(error) if self.expired_by(&error, again) => return Ok(()),
            Err(error) => return Err(error),
        };
        let is_of_environments = |it: &Unlisted| {
            matches!(
                it,
                Unlisted::Entries {
                    of: ListOf::Environments(_),
                    ..
                }
            )
        };
        place.unlisted.write().retain(|it| !is_of_environments(it));
        let gap = Unlisted::entries(ListOf::Environments(project.name.clone()), unreadable);
        place.unlisted.write().extend(gap);
        let organizations = place.organizations.peek().clone();
        let before = place.organization.peek().as_ref().map(|it| it.id.clone());
        let is_another = before.as_ref() != Some(&project.organization_id);
        place.organization.set(
            organizations
                .into_iter()
                .find(|it| it.id == project.organization_id),
        );
        if is_another {
            place.membership.set(None);
            self.look_at_membership();
        }
        place.project.set(Some(project));
        let first = environments
            .iter()
            .find(|it| wanted.as_ref() == Some(&it.id))
            .or_else(|| environments.iter().find(|it| it.is_production()))
            .or(environments.first())
            .cloned();
        place.environments.set(environments);
        place.connection.set(Connection::Open);
        self.show_environment(first);
        Ok(())
    }

    /// Finds out who the user is in the open organisation. Nothing waits for it: without it admins are not named.
    pub(super) fn look_at_membership(&self) {
        let (actions, known) = (self.clone(), self.state.place.membership);
        let Some((context, organization)) = self.context().zip(self.organization()) else {
            return;
        };
        spawn(async move {
            let (asked, id) = (Arc::clone(&context), organization.clone());
            let work = async move { service::membership(&asked, &id).await };
            let is_wanted = |it: &Self| it.is_session(&context) && it.organization() == Some(organization);
            match actions.fetch(is_wanted, work).await {
                None => {}
                Some(Ok(membership)) => {
                    actions.note_person(membership.person.clone());
                    change(known, Some(membership));
                }
                Some(Err(error)) => {
                    tracing::info!(%error, "the members of the organisation cannot be listed")
                }
            }
        });
    }

    /// Notes whose session is kept; that of a token that was given for this run is not.
    fn note_person(&self, person: Option<String>) {
        if *self.state.session.kind.peek() == SessionKind::Kept {
            self.platform.remember_person(&self.server(), person);
            self.look_for_known_servers();
        }
    }

    /// Opens an environment of the open project.
    fn open_environment(&self, id: &EnvironmentId) {
        let found = self
            .state
            .place
            .environments
            .peek()
            .iter()
            .find(|it| it.id == *id)
            .cloned();
        if found.is_none() {
            return;
        }
        if found != *self.state.place.environment.peek() {
            self.show_environment(found);
        }
        self.show_its_tokens();
    }

    /// Leaves a page that is about no environment: staying there would look as if nothing had happened.
    fn show_its_tokens(&self) {
        let page = *self.state.section.peek();
        if matches!(page, Section::Everywhere | Section::Emergency | Section::Settings) {
            self.show(Section::Tokens);
        }
    }

    /// The project that is open.
    fn project(&self) -> Option<ProjectId> {
        self.state.place.project.peek().as_ref().map(|it| it.id.clone())
    }

    fn show_environment(&self, environment: Option<Environment>) {
        let (mut place, mut tokens) = (self.state.place, self.state.tokens);
        let nothing_there = environment.is_none();
        self.note_recent(environment.as_ref());
        place.environment.set(environment);
        self.forget_remedy();
        place.key.set(KeyState::Loading);
        place.unshared.set(None);
        tokens.entries.set(if nothing_there {
            Load::Ready(Vec::new())
        } else {
            Load::Loading
        });
        tokens.replacements.set(Vec::new());
        tokens.stale.set(None);
        tokens.sealed.set(None);
        tokens.search.set(String::new());
        tokens.filter.set(StatusFilter::default());
        tokens.highlighted.set(None);
        tokens.chip.set(None);
        self.state.chosen.clear();
        let mut holders = self.state.access.holders;
        holders.set(Load::Loading);
        self.refresh();
        self.look_at_key();
        self.forget_activity();
        self.look_at_page();
        self.remember_place();
    }

    fn note_recent(&self, environment: Option<&Environment>) {
        let mut recent = self.state.place.recent;
        if let (Some(project), Some(environment)) = (self.project(), environment) {
            let here = (project, environment.id.clone());
            let mut recent = recent.write();
            recent.retain(|it| *it != here);
            recent.insert(0, here);
            recent.truncate(RECENT);
        }
    }

    /// For the next start.
    fn remember_place(&self) {
        let place = self.state.place;
        let server = self.server();
        let spot = Location {
            project: self.project(),
            environment: place.environment.peek().as_ref().map(|it| it.id.clone()),
        };
        self.platform.remember(Some((&server, spot)));
    }

    /// How what is open is called in what is remembered.
    pub(super) fn server(&self) -> String {
        let account = self.account();
        let server = account.as_ref().map_or(LOCAL, |account| account.address());
        server.to_owned()
    }

    /// Lets the user choose a folder, and opens its project.
    fn browse_folder(&self) {
        let choosing = self.platform.choose(Choice::Folder {
            title: "The folder of a project, with .ghostable in it".to_owned(),
        });
        let (actions, opened) = (self.clone(), self.state.dialog.open.peek().clone());
        spawn(async move {
            let folder = choosing.await;
            // The question may have been closed meanwhile.
            if let Some(folder) = folder.filter(|_| *actions.state.dialog.open.peek() == opened) {
                actions.open_folder(folder.display().to_string());
            }
        });
    }

    /// Opens the project that the manifest of a folder is for.
    fn open_folder(&self, folder: String) {
        let (actions, dialog) = (self.clone(), self.state.dialog);
        spawn(async move {
            let read = move |_tell| async move {
                let read = move || service::manifest::read(std::path::Path::new(folder.trim()));
                Ok(on_disk(read).await??)
            };
            let Some(manifest) = actions.operate(dialog.operation, read).await else {
                return;
            };
            let projects = actions.state.place.projects;
            if projects.peek().iter().any(|it| it.id == manifest.project) {
                dialog.close();
                actions.open_project(&manifest.project);
            } else {
                let name = manifest.name.unwrap_or_else(|| manifest.project.to_string());
                let mut operation = dialog.operation;
                operation.set(Operation::Failed(Problem::ForeignProject { name }));
            }
        });
    }
}

/// By its id, or by its name where that was given at the start.
fn is_called(project: &Project, wanted: &ProjectId) -> bool {
    project.id == *wanted || project.name.trim().to_lowercase() == wanted.as_str().trim().to_lowercase()
}
