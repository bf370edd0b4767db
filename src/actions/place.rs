//! Connecting, and moving between projects and environments.

use std::rc::Rc;
use std::sync::Arc;

use dioxus::prelude::*;

use super::{Actions, Session, off_ui};
use crate::domain::{Environment, EnvironmentId, Message, Project, ProjectId};
use crate::messages;
use crate::service::{self, ServiceError};
use crate::state::{Connection, KeyState, Load};

impl Actions {
    /// Connects and opens the first environment.
    pub fn open(&self) {
        let actions = self.clone();
        spawn(async move {
            let mut connection = actions.state.place.connection;
            connection.set(Connection::Opening);
            match actions.connect().await {
                Ok(()) => {}
                Err(message) => connection.set(Connection::Failed(message)),
            }
        });
    }

    async fn connect(&self) -> Result<(), Message> {
        let opened = (self.connect)().await?;
        let mut place = self.state.place;
        place.origin.set(opened.origin);
        let session = Session {
            context: Arc::new(opened.context),
            project: opened.project,
            _keep: Rc::from(opened.keep),
        };
        let mut current = self.session;
        current.set(Some(session.clone()));
        let interrupted = session
            .context
            .journal
            .as_ref()
            .map_or(0, |journal| journal.interrupted());
        self.note_unfinished(&session.context);
        // Interrupted revocations are told on their own.
        let (_, revocations) = *self.state.emergency.unfinished.peek();
        place.interrupted.set(interrupted.saturating_sub(revocations));
        let context = Arc::clone(&session.context);
        let directory = off_ui(async move { service::directory(&context).await }).await;
        let directory = directory.map_err(|error| messages::service(&error))?;
        let wanted = session.project;
        let project = directory
            .projects
            .iter()
            .find(|project| wanted.as_ref() == Some(&project.id))
            .or(directory.projects.first())
            .cloned();
        place.organizations.set(directory.organizations);
        place.projects.set(directory.projects);
        match project {
            Some(project) => self.show_project(project).await,
            None => {
                place.connection.set(Connection::Open);
                Ok(())
            }
        }
    }

    /// Opens a project and its most important environment.
    pub fn open_project(&self, id: &ProjectId) {
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
            if let Err(message) = actions.show_project(project).await {
                let mut connection = actions.state.place.connection;
                connection.set(Connection::Failed(message));
            }
        });
    }

    async fn show_project(&self, project: Project) -> Result<(), Message> {
        let mut place = self.state.place;
        let Some(context) = self.context() else {
            return Ok(());
        };
        let id = project.id.clone();
        let environments = off_ui(async move { service::environments(&context, &id).await });
        let environments = environments.await.map_err(|error| messages::service(&error))?;
        let organizations = place.organizations.peek().clone();
        place.organization.set(
            organizations
                .into_iter()
                .find(|it| it.id == project.organization_id),
        );
        place.project.set(Some(project));
        let first = environments
            .iter()
            .find(|it| it.is_production())
            .or(environments.first())
            .cloned();
        place.environments.set(environments);
        place.connection.set(Connection::Open);
        self.show_environment(first);
        Ok(())
    }

    /// Opens an environment of the open project.
    pub fn open_environment(&self, id: &EnvironmentId) {
        let found = self
            .state
            .place
            .environments
            .peek()
            .iter()
            .find(|it| it.id == *id)
            .cloned();
        if found.is_some() && found != *self.state.place.environment.peek() {
            self.show_environment(found);
        }
    }

    fn show_environment(&self, environment: Option<Environment>) {
        let (mut place, mut tokens) = (self.state.place, self.state.tokens);
        let nothing_there = environment.is_none();
        place.environment.set(environment);
        place.key.set(KeyState::Loading);
        place.unshared.set(None);
        tokens.entries.set(if nothing_there {
            Load::Ready(Vec::new())
        } else {
            Load::Loading
        });
        tokens.stale.set(None);
        tokens.search.set(String::new());
        tokens.highlighted.set(None);
        self.refresh();
        self.look_at_key();
    }

    /// Finds out what this device can do with the environment's key.
    pub(super) fn look_at_key(&self) {
        let actions = self.clone();
        let Some((context, place)) = self.here() else {
            return;
        };
        spawn(async move {
            let here = place.clone();
            let access = off_ui(async move { service::key_access(&context, &place).await }).await;
            if actions.is_here(&here) {
                let mut key = actions.state.place.key;
                key.set(key_state(access));
            }
        });
    }
}

fn key_state(access: Result<service::KeyAccess, ServiceError>) -> KeyState {
    match access {
        Ok(access) => KeyState::Held {
            fingerprint: access.fingerprint,
            version: access.version,
        },
        Err(ServiceError::NoKey) => KeyState::Missing,
        Err(error) => {
            let message = messages::service(&error);
            if error.is_access_pending() {
                KeyState::Pending(message)
            } else {
                KeyState::Failed(message)
            }
        }
    }
}
