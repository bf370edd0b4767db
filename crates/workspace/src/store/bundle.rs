//! The variables that devices pull and runners fetch (docs/protocol.md 8.1, 9.4).

use rusqlite::Connection;

use super::directory::{self, Environment};
use super::variables::{self, VariableRow};

/// An environment with its variables, in the order in which they were first pushed.
#[derive(Debug)]
pub(crate) struct Layer {
    pub(crate) environment: Environment,
    pub(crate) variables: Vec<VariableRow>,
}

/// An environment and those it builds on, outermost first, with the variables of these names; no name means all.
pub(crate) fn layers(
    db: &Connection,
    environment: &Environment,
    only: &[String],
) -> rusqlite::Result<Vec<Layer>> {
    let chain = directory::chain(db, environment)?.into_iter();
    let layer = |environment: Environment| {
        let mut variables = variables::list(db, &environment.id)?;
        variables.retain(|row| only.is_empty() || only.contains(&row.name));
        Ok(Layer {
            environment,
            variables,
        })
    };
    chain.map(layer).collect()
}
